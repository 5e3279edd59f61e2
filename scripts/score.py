"""Score what one method found in the test scans of one fold, and the classifier behind it on their slices."""

from pathlib import Path
from typing import Annotated

from bleedmap.classifiers.operating_point import OperatingPoints
from bleedmap.config.scoring import ScoringSpec
from bleedmap.console import run
from bleedmap.provenance.tables import read_table
from bleedmap.scoring.points import score_point_shards
from bleedmap.scoring.score_area import score_area
from bleedmap.scoring.score_detection import score_detection
from bleedmap.scoring.score_shards import score_shards
from bleedmap.scoring.table import RowLabels, join, read, write
from bleedmap.splits.roles import read_roles


def main(
    volumes: Annotated[list[Path], "archives of scans, one a shard"],
    slices: Annotated[list[Path], "slice stores, in the order of --volumes"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "how to score, JSON"],
    dataset: Annotated[str, "name of the data set"],
    method: Annotated[str, "name of the method"],
    classes: Annotated[list[str], "classes that points may be of"],
    out: Annotated[Path, "table of scores to write"],
    predictions: Annotated[list[Path] | None, "masks that were found, in the order of --volumes"] = None,
    points: Annotated[list[Path] | None, "points that were found, in the order of --volumes"] = None,
    scores: Annotated[Path | None, "probabilities of every slice by the method's classifier"] = None,
    operating_point: Annotated[Path | None, "operating points of that classifier, JSON"] = None,
    faithfulness: Annotated[Path | None, "measures of the maps behind what was found"] = None,
) -> None:
    row, roles = RowLabels(dataset=dataset, method=method, fold=fold), read_roles(split, fold)
    tables, settings = [], ScoringSpec.from_json(spec)
    if predictions:
        shards = list(zip(volumes, slices, predictions, strict=True))
        tables.append(score_shards(shards, roles, row, settings))
        if not scores:
            found = list(zip(slices, predictions, strict=True))
            tables.append(score_area(found, roles, row, settings))
    if points:
        tables.append(score_point_shards(list(zip(volumes, slices, points, strict=True)), roles, row, classes=classes))
    if scores and operating_point:
        tables.append(score_detection(read_table(scores), OperatingPoints.read(operating_point), roles, row))
    if faithfulness:
        tables.append(read(faithfulness).assign(method=method))
    write(join(tables), out)


if __name__ == "__main__":
    run(main)

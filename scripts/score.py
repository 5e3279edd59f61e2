"""Score one method's predictions on the test scans of a data set, and the classifier behind it on their slices."""

from pathlib import Path

from bleedmap.classifiers.operating_point import OperatingPoint
from bleedmap.config.scoring import ScoringSpec
from bleedmap.config.workflow import FoldSpec
from bleedmap.console import run
from bleedmap.provenance.tables import read_table
from bleedmap.scoring.score_shards import score_detection, score_shards
from bleedmap.scoring.table import RowLabels, join, write


def main(
    volumes: list[Path],
    slices: list[Path],
    predictions: list[Path],
    folds: Path,
    fold: int,
    fold_spec: str,
    spec: str,
    dataset: str,
    method: str,
    out: Path,
    scores: Path | None = None,
    operating_point: Path | None = None,
) -> None:
    row = RowLabels(dataset=dataset, method=method, fold=fold)
    shards = list(zip(volumes, slices, predictions, strict=True))
    parts = read_table(folds)
    tables = [score_shards(shards, parts, FoldSpec.from_json(fold_spec).count, row, ScoringSpec.from_json(spec))]
    if scores and operating_point:
        table = read_table(scores)
        tables.append(score_detection(table, OperatingPoint.read(operating_point), row))
    write(join(tables), out)


if __name__ == "__main__":
    run(main)

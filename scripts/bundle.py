"""Write a trained method as one zip that needs nothing beside it: networks, values, settings, card, manifest."""

from pathlib import Path
from typing import Annotated

from bleedmap.bundle.about_spec import AboutSpec
from bleedmap.bundle.make import make_parts
from bleedmap.bundle.row import RowFiles
from bleedmap.bundle.settings import BundleSettings
from bleedmap.bundle.store import write_bundle
from bleedmap.console import run


def main(
    settings: Annotated[str, "specs of the method, JSON"],
    about: Annotated[str, "what it learnt on, JSON"],
    scans: Annotated[list[Path], "tables of scans, one a data set"],
    splits: Annotated[list[Path], "split files"],
    scores: Annotated[list[Path], "score tables of the method, one a fold"],
    out: Annotated[Path, "zip to write"],
    classifier: Annotated[list[Path] | None, "its classifiers, one a fold"] = None,
    operating_point: Annotated[list[Path] | None, "their operating points"] = None,
    segmenter: Annotated[list[Path] | None, "its segmenters, one a fold"] = None,
    tuned: Annotated[list[Path] | None, "values chosen in each fold"] = None,
) -> None:
    files = RowFiles(classifier or (), operating_point or (), segmenter or (), tuned or ())
    parts = make_parts(
        BundleSettings.from_json(settings),
        files,
        AboutSpec.from_json(about),
        scans=scans,
        splits=splits,
        scores=scores,
    )
    write_bundle(out, parts)


if __name__ == "__main__":
    run(main)

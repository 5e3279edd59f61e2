"""Write a trained method as one zip that needs nothing beside it: networks, values, settings, card, manifest."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.bundle.about_spec import AboutSpec
from bleedmap.bundle.make import make_parts
from bleedmap.bundle.row import RowFiles
from bleedmap.bundle.settings import BundleSettings
from bleedmap.bundle.store import write_bundle
from bleedmap.console import run
from bleedmap.gpus import take_gpus
from bleedmap.predict.known_parts import LearntFrom, known_parts


def main(
    settings: Annotated[str, "specs of the method, JSON"],
    about: Annotated[str, "what it learnt on, JSON"],
    scans: Annotated[list[Path], "tables of scans, one a data set"],
    splits: Annotated[list[Path], "split files"],
    scores: Annotated[list[Path], "score tables of the method, one a fold"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "zip to write"],
    classifier: Annotated[list[Path] | None, "its classifiers, one a fold"] = None,
    operating_point: Annotated[list[Path] | None, "their operating points"] = None,
    segmenter: Annotated[list[Path] | None, "its segmenters, one a fold"] = None,
    tuned: Annotated[list[Path] | None, "values chosen in each fold"] = None,
    volumes: Annotated[list[Path] | None, "archives of the scans that the mask's network learnt on"] = None,
    brains: Annotated[list[Path] | None, "archives of their brain masks"] = None,
    slices: Annotated[list[Path] | None, "slice stores that the classifier learnt on"] = None,
    slice_scores: Annotated[list[Path] | None, "what the classifier of each fold says of those"] = None,
) -> None:
    take_gpus()
    torch.set_num_threads(threads)
    files = RowFiles(classifier or (), operating_point or (), segmenter or (), tuned or ())
    learnt = LearntFrom(volumes or (), brains or (), slices or (), slice_scores or ())
    made = AboutSpec.from_json(about)
    parts = make_parts(
        BundleSettings.from_json(settings),
        files,
        made,
        scans=scans,
        splits=splits,
        scores=scores,
        known=known_parts(made, splits, files, learnt),
    )
    write_bundle(out, parts)


if __name__ == "__main__":
    run(main)

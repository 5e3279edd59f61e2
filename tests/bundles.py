"""A bundle of two small networks with random weights, made in a second without any training; and scans for it."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import yaml

from bleedmap.bundle.about_spec import AboutSpec, Learner
from bleedmap.bundle.make import make_parts
from bleedmap.bundle.row import RowFiles
from bleedmap.bundle.settings import CALIBRATION, STATISTICS
from bleedmap.config.load import load_config
from bleedmap.plan.bundle_row import bundle_files, bundle_settings
from tests.rows import place_networks

SIZE, SLICES = 48, 12
ROW = "cam-crf-unet3d"
RANGES = {
    "slices": (10, 28, 40),
    "slice_mm": (2.5, 5, 11),
    "pixel_mm": (0.4, 0.5, 4.4),
    "brain_ml": (750, 1400, 2160),
    "brain_cm2": (120, 170, 231),
    "brain_hu": (21, 33, 42),
    "skull_share": (0.9, 0.99, 1),
    "bone_share": (0.1, 0.2, 0.4),
}
SCANS = (
    "scan,subject,slices,positive_slices,tilt_degrees,slice_mm,row_mm\n"
    "s0,p0,20,4,0,5,0.5\ns1,p1,30,0,12,4,0.4\ns2,p2,25,5,0,6,0.6\n"
)
SCORES = (
    "dataset,method,fold,subject,scan,slice,class,unit,metric,value\n"
    "phantom,cam-crf-unet3d,0,p0,s0,,any,subject,dice,0.5\n"
    "phantom,cam-crf-unet3d,0,p2,s2,,any,subject,dice,0.7\n"
)


def make_run(repository, results):
    """The tiny config with networks in place for two folds, one value of the segmenter left to a search."""
    values = yaml.safe_load((repository / "tests" / "workflow" / "tiny.yaml").read_text())
    values["results"] = str(results)
    values["splits"]["phantom"]["run"] = [0, 1]
    values["segmenters"]["unet3d"]["min_component_ml"] = {"search": "list", "values": [0, 1]}
    config = load_config(values)
    for fold in (0, 1):
        place_networks(config, ROW, fold=fold)
        (tuned,) = bundle_files(config, ROW, "phantom", [fold])["tuned"]
        chosen = config.segmenters["unet3d"].model_copy(update={"min_component_ml": 1.0, "learns": None})
        write(tuned, chosen.to_json())
    return config


def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def known(folds=(0,), least_margin=0.01):
    """Ranges that ``write_head`` and plain heads lie in, and a calibration by which hardly a scan is uncertain."""
    ranges = {name: dict(zip(("low", "median", "high"), values, strict=True)) for name, values in RANGES.items()}
    calibration = {
        "temperatures": {"any": 2.0},
        "scan_temperature": 4.0,
        "thresholds": [0.0 for _ in folds],
        "least_margin": least_margin,
        "uncertain": {"scans": 3, "errors": 1},
        "certain": {"scans": 9, "errors": 1},
        "slices": 370,
        "nll": [0.1, 0.09],
        "calibration_error": [0.028, 0.035],
    }
    return {
        STATISTICS: json.dumps({"scans": 36, "ranges": ranges}).encode(),
        CALIBRATION: json.dumps(calibration).encode(),
    }


def parts_of(config, folder, folds=(0,), row=ROW, told=None):
    """Parts of a bundle of a row, with scores and counts as above, and what it knows if nothing else is told."""
    for name, text in (("scans.csv", SCANS), ("scores.csv", SCORES)):
        write(folder / name, text)
    roles = "".join(f"p{n},{fold},{role}\n" for fold in folds for n, role in enumerate(("test", "train", "validation")))
    write(folder / "split.csv", "subject,fold,role\n" + roles)
    learners = [
        Learner(part=part, component=name, split="phantom", fold=fold, dataset="phantom")
        for fold in folds
        for part, name in (("classifier", "tiny"), ("segmenter", "unet3d"), ("scores", row))
    ]
    files = bundle_files(config, row, "phantom", folds)
    return make_parts(
        bundle_settings(config, row, "phantom", folds),
        RowFiles(**{name: [Path(file) for file in own] for name, own in files.items()}),
        AboutSpec(seed=1, adapters={"phantom": "phantom"}, splits=("phantom",), learners=tuple(learners)),
        scans=[folder / "scans.csv"],
        splits=[folder / "split.csv"],
        scores=[folder / "scores.csv"],
        known=known(folds) if told is None else told,
    )


def write_head(path, seed):
    """A skull of 2.0 litres around a brain with a bleed, 12 slices of 10 mm, as NIfTI."""
    row, column = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    radius = np.hypot(row, column)
    plane = np.where(radius < 18, 35, np.where(radius < 20, 1000, -1000))
    hu = np.repeat(plane[..., None], SLICES, axis=2).astype(np.int16)
    hu[20:26, 18 + seed : 26 + seed, 4:8] = 70
    nib.save(nib.Nifti1Image(hu, np.diag([4.0, 4.0, 10.0, 1.0])), path)

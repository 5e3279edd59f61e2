"""What a prediction costs a scan: seconds of every step, the share outside of the networks, and peak memory.

``python -m benchmarks.predict --out FOLDER`` takes the demo's last row and one of paper 001 at its size, with random
weights, over made-up series of 20 to 640 slices of 512 by 512 pixels with a tilt; ``--config`` and ``--method`` name
another. What is written is a lesion of known size, for random networks find anything. Seconds are of one thread of the
processor, so that what else the machine does counts little; every case runs in a process of its own, so that its peak
is its own.
"""

import argparse
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import yaml

from bleedmap.brain.mask import brain_mask
from bleedmap.classifiers.classify_scan import classify_scan
from bleedmap.classifiers.load import build_classifier
from bleedmap.config.load import load_config
from bleedmap.config.names import NONE
from bleedmap.phantom.scanner.dicom import make_slices
from bleedmap.phantom.scanner.geometry import ScanGeometry
from bleedmap.phantom.scanner.series import make_series
from bleedmap.phantom.subject import PhantomSubject
from bleedmap.predict.found import Found
from bleedmap.predict.outputs import write_outputs
from bleedmap.predict.scan import read_scan
from bleedmap.segmenters.segment_scan import segment_scan
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.resample_scan import resample_scan

ROOT = Path(__file__).parents[1]
CASES = {
    "demo": ("config/config.yaml", "cam-crf-unet3d"),
    "paper 001": ("config/papers/001_resnet_lstm.yaml", "resnet-unet3d"),
}
SLICES = (20, 40, 80, 160, 320, 640)
FIELD_MM, LENGTH_MM, TILT = 240.0, 160.0, 15.0
NETWORKS = ("classify", "segment")


def write_head(folder: Path, slices: int, side: int) -> None:
    """A skull around brain as DICOM, a file a slice, tilted, over the length of a head."""
    row, column = np.mgrid[:side, :side] - (side - 1) / 2
    radius = np.hypot(row, column) / side
    noise = np.random.default_rng(0).normal(0, 4, (side, side))
    plane = np.where(radius < 0.3, 32 + noise, np.where(radius < 0.34, 1000, -1000)).astype(np.int16)
    hu = np.repeat(plane[None], slices, axis=0)
    gap = LENGTH_MM / slices
    stack = ScanGeometry(np.full(slices - 1, gap), np.full(slices, gap), TILT, FIELD_MM)
    empty = np.zeros(hu.shape, dtype=np.uint8)
    subject = PhantomSubject("made-up", hu, empty, empty.astype(bool), (gap, FIELD_MM / side, FIELD_MM / side), stack)
    folder.mkdir(parents=True)
    for number, data in enumerate(make_slices(1, 0, subject, make_series(1, 0, subject))):
        data.save_as(folder / f"{number:03d}.dcm", enforce_file_format=True)


def measure(config_path: str, method: str, source: Path, out: Path) -> dict[str, float]:
    """Seconds of every step of one scan, and the peak of memory, MB."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = load_config(yaml.safe_load((ROOT / config_path).read_text(encoding="utf-8")))
    row = config.methods[method]
    segmenter = config.segmenters[row.segmenter]
    seconds: dict[str, float] = {}
    started = time.process_time()

    def step(name: str) -> None:
        nonlocal started
        now = time.process_time()
        seconds[name] = now - started
        started = now

    model = Segmenter(segmenter).eval()
    classifier = None
    if row.classifier != NONE:
        spec = config.classifiers[row.classifier].model_copy(update={"pretrained": False, "init_from": None})
        classifier = build_classifier(spec).eval()
    step("load")
    volume = read_scan(source)
    step("read")
    brain = brain_mask(config.brain, volume)
    step("brain")
    scan = resample_scan(volume, brain, config.slices)
    step("resample")
    called = None if classifier is None else classify_scan(classifier, scan.hu).max(axis=1).astype(np.float64)
    step("classify")
    segment_scan(model, segmenter, scan.hu, scan.brain, scan.voxel_ml)
    step("segment")
    found = Found(volume, _lesion(volume.hu.shape), None, ("any",), called, method, "0" * 64)
    probability = np.where(found.labels > 0, 0.9, 0.05).astype(np.float32)
    write_outputs(Found(volume, found.labels, probability, ("any",), called, method, "0" * 64), source, out)
    step("outputs")
    whole = sum(seconds.values()) - seconds["load"]
    outside = whole - sum(seconds[name] for name in NETWORKS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**seconds, "whole": whole, "outside_share": outside / whole, "peak_mb": peak}


def _lesion(shape: tuple[int, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """An ellipsoid of about a twentieth of the head."""
    axes = np.ogrid[tuple(slice(-1, 1, length * 1j) for length in shape)]
    away = sum(((axis - 0.1) / 0.25) ** 2 for axis in axes)
    return np.asarray(away < 1, dtype=np.uint8)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table")
    parser.add_argument("--config", help="a config, with --method; default: the demo and paper 001")
    parser.add_argument("--method", help="one of its rows that ends in a segmenter")
    parser.add_argument("--slices", type=int, nargs="+", default=list(SLICES), help="slices of the series")
    parser.add_argument("--side", type=int, default=512, help="rows and columns of the series")
    options = parser.parse_args()
    cases = {options.method: (options.config, options.method)} if options.config else CASES
    lines = []
    with tempfile.TemporaryDirectory() as made:
        for slices in options.slices:
            source = Path(made) / f"{slices}"
            write_head(source, slices, options.side)
            for name, (config, method) in cases.items():
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                    costs = alone.submit(measure, config, method, source, Path(made) / "out").result()
                lines.append({"method": name, "slices": slices, **costs})
                sys.stdout.write(f"{name}, {slices} slices: {costs['whole']:.1f} s\n")
    table = pd.DataFrame(lines)
    options.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.out / "table.csv", index=False)
    sys.stdout.write(f"{table.to_string(index=False, float_format='%.3g')}\n")


if __name__ == "__main__":
    main()

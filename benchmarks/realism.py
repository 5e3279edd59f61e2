"""How close phantom scans come to the real GE scan: HU of brain tissue, noise spectrum, edge of the inner table.

Reads ``dicom/GE`` of the real data (``BLEEDMAP_REAL_DATA``), and healthy phantom subjects with the same pixel size;
both pass through the same brain mask and the same measurements. Writes ``report.html``, the picture and the table in
it, and ``realism.png`` and ``table.csv`` on their own.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import wasserstein_distance

from benchmarks.figures.looks import DISTANCES_MM, HU_BINS, Look, look_at
from benchmarks.pictures.real_slices import real_folder
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.console import track
from bleedmap.html import render_page
from bleedmap.phantom.subject import make_subject
from bleedmap.report.drawing import save_png, show_slice
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.dicom.study import read_study
from bleedmap.volumes.geometry import Geometry

ANATOMY_PER_MM = 0.2
LEVELS = (0.3, 0.45, 0.6, 0.75, 0.9)  # of the slices with brain, from the lowest


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for report, picture and table")
    parser.add_argument("--subjects", type=int, default=10, help="healthy phantom subjects (10)")
    parser.add_argument("--seed", type=int, default=11, help="seed of the cohort (11)")
    parser.add_argument("--matrix", type=int, default=512, help="rows and columns of the phantom's scans (512)")
    args = parser.parse_args()
    folder = real_folder()
    if folder is None:
        raise SystemExit("no real data: set BLEEDMAP_REAL_DATA to the folder that holds dicom/GE")
    (series,), _ = read_study(sorted((folder / "dicom" / "GE").iterdir()))
    table = measure(args, series.volume)
    print(table.to_string(index=False, float_format=lambda value: f"{value:.2f}"))  # noqa: T201


def measure(args: argparse.Namespace, real: CtVolume) -> pd.DataFrame:
    """Compare phantom subjects with a real scan.

    Returns:
        A row a scan: scan; mean, sd, p5, p50 and p95 of the brain's HU; apart_hu, the distance by which its histogram
        would have to be moved to become the real one; noise_hu; noise_peak, the most powerful frequency above that
        of anatomy, cycles/mm;
        noise_mean, the mean frequency; rise_mm, median 10-50 % distance at the inner table.
    """
    args.out.mkdir(parents=True, exist_ok=True)
    field_mm = real.geometry.spacing[1] * real.hu.shape[1]
    spec = PhantomSpec(
        subjects=max(2, args.subjects), seed=args.seed, prevalence=0, matrix=args.matrix, field_of_view_mm=field_mm
    )
    scans = {"real": real}
    for index in track(range(args.subjects), "making phantoms", unit="subjects"):
        subject = make_subject(spec, index)
        scans[f"phantom {index}"] = CtVolume(subject.hu, _geometry(len(subject.hu), subject.spacing))
    brains = {name: brain_mask(SkullInteriorSpec(), volume) > 0 for name, volume in scans.items()}
    looks = {name: look_at(volume, brains[name]) for name, volume in scans.items()}
    table = pd.DataFrame([_row(name, look, looks["real"]) for name, look in looks.items()])
    table.to_csv(args.out / "table.csv", index=False, lineterminator="\n")
    picture = args.out / "realism.png"
    _draw(scans, brains, looks, picture)
    cells = {"columns": list(table), "rows": table.to_numpy().tolist()}
    report = render_page(Path(__file__).with_name("realism.html.j2"), picture=picture.read_bytes(), **cells)
    (args.out / "report.html").write_text(report, encoding="utf-8")
    return table


def _geometry(slices: int, spacing: tuple[float, float, float]) -> Geometry:
    up, down, across = spacing
    return Geometry(np.arange(slices)[:, None] * np.array([0, 0, up]), np.array([0, down, 0]), np.array([across, 0, 0]))


def _row(name: str, look: Look, real: Look) -> dict[str, float | str]:
    centres = (HU_BINS[:-1] + HU_BINS[1:]) / 2
    mean = float(look.histogram @ centres)
    p5, p50, p95 = np.interp((0.05, 0.5, 0.95), look.histogram.cumsum(), HU_BINS[1:])
    fine = look.frequency > ANATOMY_PER_MM
    return {
        "scan": name,
        "mean": mean,
        "sd": float(np.sqrt(look.histogram @ (centres - mean) ** 2)),
        "p5": p5,
        "p50": p50,
        "p95": p95,
        "apart_hu": wasserstein_distance(centres, centres, look.histogram, real.histogram),
        "noise_hu": look.noise_hu,
        "noise_peak": float(look.frequency[fine][look.spectrum[fine].argmax()]) if fine.any() else np.nan,
        "noise_mean": float(np.average(look.frequency, weights=look.spectrum * look.frequency))
        if look.spectrum.sum() > 0
        else np.nan,
        "rise_mm": float(np.median(look.rise_mm)) if look.rise_mm.size else np.nan,
    }


def _draw(scans: dict[str, CtVolume], brains: dict[str, NDArray[np.bool_]], looks: dict[str, Look], path: Path) -> None:
    """Pictures, a row a scan, over the three curves."""
    shown = list(scans)
    figure = Figure(figsize=(2.2 * len(LEVELS), 2.2 * len(shown) + 3), facecolor="white", layout="constrained")
    pictures, curves = np.asarray(figure.subfigures(2, 1, height_ratios=(2.2 * len(shown), 3)))
    grid = pictures.subplots(len(shown), len(LEVELS), squeeze=False)
    for row, name in zip(grid, shown, strict=True):
        filled = np.flatnonzero(brains[name].any(axis=(1, 2)))
        for axes, level in zip(row, LEVELS, strict=True):
            axes.set_axis_off()
            if filled.size:
                show_slice(axes, scans[name].hu[filled[int(level * (len(filled) - 1))]], "hu")
        row[0].set_title(name, fontsize=8, loc="left")
    tissue, noise, edge = curves.subplots(1, 3)
    for name, look in looks.items():
        style = {"color": "black", "lw": 1.8} if name == "real" else {"color": "tab:orange", "lw": 0.8}
        tissue.plot(HU_BINS[:-1] + 0.5, look.histogram, **style)
        noise.plot(look.frequency, look.spectrum, **style)
        edge.plot(DISTANCES_MM, look.edge, **style)
    for axes, (x, y) in zip(
        (tissue, noise, edge),
        (("HU", "share of the brain"), ("cycles/mm", "noise power, HU² mm²"), ("mm outwards", "from brain to bone")),
        strict=True,
    ):
        axes.set_xlabel(x, fontsize=8)
        axes.set_ylabel(y, fontsize=8)
        axes.tick_params(labelsize=7)
    tissue.set_title("black: real, orange: phantom", fontsize=8)
    save_png(figure, path, dpi=100)


if __name__ == "__main__":
    main()

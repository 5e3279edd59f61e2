"""What the bundle of the package finds in real slices and in a real scan, none of which chose anything in it.

Pictures (``head_ct`` of the real data, ``BLEEDMAP_REAL_DATA``) are no input of ``predict``: they have neither HU nor
mm. Here each one is read as a scan of one slice, black 0 HU and white 80 HU, and goes through the bundle as it is,
whose three-dimensional network sees one slice where it learnt on many. The scan (``dicom/GE``) is read as in
``predict``.

Writes ``table.csv`` (a row a figure), ``slices.csv`` (a row a picture) and ``section.md``, the section of the card that
``python -m bleedmap.bundle --measured`` puts into it.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.figures.measures import auroc_interval, dice
from benchmarks.pictures.frame import HIGH
from benchmarks.pictures.real_slices import real_folder, real_scans
from bleedmap.bundle.manifest import Bundle
from bleedmap.bundle.measured import measured_section
from bleedmap.bundle.packaged import default_bundle
from bleedmap.bundle.settings import OPERATING_POINT, part
from bleedmap.bundle.store import read_bundle
from bleedmap.classifiers.operating_point import OperatingPoints
from bleedmap.console import track
from bleedmap.constants import CLASSES
from bleedmap.errors import ScanError
from bleedmap.masks.mask_slices import ANY
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.outputs.measurements import measure
from bleedmap.predict.scan import read_scan

ONE_SLICE = "slices-low"  # flag of every picture


def of_pictures(method: TrainedMethod, folder: Path) -> pd.DataFrame:
    """A row a picture.

    Returns:
        Columns: id, group, hemorrhage (0 or 1), score (probability of the classifier), called (whether it reaches the
        operating point), marked (share of the picture), dice (None where nobody drew the bleed), flags (without that of
        a single slice, or the code of a refusal).
    """
    point = OperatingPoints.from_json(method.bundle.parts[part(method.bundle.settings.folds[0], OPERATING_POINT)])
    threshold, rows = point.threshold(CLASSES[ANY]), []
    for scan in track(real_scans(folder), "real slices", unit="slices"):
        row = {"id": scan.id, "group": scan.subject, "hemorrhage": int(scan.labels[0])}
        try:
            found = method(scan.volume)
        except ScanError as refused:
            rows.append({**row, "flags": refused.code})
            continue
        assert found.slice_probability is not None  # noqa: S101  the row has a classifier
        score = float(found.slice_probability[0])
        drawn = scan.truth is not None and scan.truth.any()
        rows.append(
            {
                **row,
                "score": score,
                "called": threshold is not None and score >= threshold,
                "marked": float(np.mean(found.labels > 0)),
                "dice": dice(found.labels[0] > 0, scan.truth[0] > 0) if drawn and scan.truth is not None else None,
                "flags": " ".join(flag for flag in found.flags if flag != ONE_SLICE),
            }
        )
    return pd.DataFrame(rows)


def figures(slices: pd.DataFrame) -> list[tuple[str, str]]:
    """Name and value of every figure of the pictures that were not refused."""
    read = slices.dropna(subset=["score"])
    bleeds, healthy = (read[read["hemorrhage"] == label] for label in (1, 0))
    drawn = read.dropna(subset=["dice"])["dice"].to_numpy(dtype=np.float64)
    auroc, low, high = auroc_interval(read["score"].to_numpy(), read["hemorrhage"].to_numpy(), read["group"].to_numpy())
    flagged = f"{(read['flags'] != '').sum()} of {len(read)}"
    return [
        ("slices, refused", f"{len(slices)}, {len(slices) - len(read)}"),
        ("AUROC of the classifier (95 %, resampled by look-alikes)", f"{auroc:.3f} ({low:.3f} to {high:.3f})"),
        ("bleeding slices called at its operating point", f"{int(bleeds['called'].sum())} of {len(bleeds)}"),
        ("healthy slices called", f"{int(healthy['called'].sum())} of {len(healthy)}"),
        ("bleeding slices in which it marks anything", f"{(bleeds['marked'] > 0).sum()} of {len(bleeds)}"),
        ("healthy slices in which it marks anything", f"{(healthy['marked'] > 0).sum()} of {len(healthy)}"),
        ("share of the picture that it marks, median of bleeding and of healthy slices", _shares(bleeds, healthy)),
        (f"Dice of the {len(drawn)} slices whose bleed is drawn", f"{drawn.mean():.2f} ± {drawn.std(ddof=1):.2f}"),
        ("slices with a flag beside that of a single slice", flagged),
    ]


def _shares(*parts: pd.DataFrame) -> str:
    return " and ".join(f"{each['marked'].median():.1%}" for each in parts)


def of_scan(method: TrainedMethod, folder: Path) -> list[tuple[str, str]]:
    """The same of a real scan without a bleed."""
    found = method(read_scan(folder))
    marked = int(found.labels.any(axis=(1, 2)).sum())
    sure = found.certainty
    return [
        ("scan without a bleed: marked", f"{measure(found)[0][0].ml:.1f} mL on {marked} of {len(found.labels)} slices"),
        (
            "the same: probability, spread over mirror images",
            "" if sure is None else f"{sure.probability:.2f}, {sure.spread:.3f} ({sure.word})",
        ),
        ("the same: flags", ", ".join(sorted({*found.volume.flags, *found.flags}))),
    ]


def _white(bundle: Bundle) -> str:
    """What pictures keep from the bundle's classifier."""
    classifier = bundle.settings.classifier
    highest = max(window.level + window.width / 2 for window in classifier.windows) if classifier else HIGH
    if highest <= HIGH:
        return ""
    return (
        f"The classifier looks at values up to {highest:g} HU: there bone, white as it is, is no denser than blood.\n"
    )


def section(bundle: Bundle, told: list[tuple[str, str]], command: str) -> str:
    """What the card says."""
    return measured_section(
        bundle.parts,
        f"""Real slices and a real scan that chose nothing in it, by `{command}` in a checkout:
pictures of the public collection "Head CT - hemorrhage" (70 with a bleed, 70 without; masks of 43 by others, not
radiologists), and the GE series of dcm_qa_ct. Pictures have no HU and no mm, so `predict` takes none; each was read as
a scan of one slice, black 0 HU and white 80 HU. They say whether its networks see blood, not how it does on scans.
{_white(bundle)}
| measure | value |
| --- | --- |
"""
        + "\n".join(f"| {name} | {value} |" for name, value in told),
    )


def main() -> None:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table, the slices and the section")
    parser.add_argument("--bundle", type=Path, help="another bundle; default: that of the package")
    args = parser.parse_args()
    folder = real_folder()
    if folder is None:
        raise SystemExit("no real data: set BLEEDMAP_REAL_DATA to the folder that holds head_ct and dicom/GE")
    method = TrainedMethod(read_bundle(args.bundle or default_bundle()))
    args.out.mkdir(parents=True, exist_ok=True)
    slices = of_pictures(method, folder)
    slices.to_csv(args.out / "slices.csv", index=False, lineterminator="\n")
    told = figures(slices)
    if (folder / "dicom" / "GE").is_dir():
        told += of_scan(method, folder / "dicom" / "GE")
    table = pd.DataFrame(told, columns=["figure", "value"])
    table.to_csv(args.out / "table.csv", index=False, lineterminator="\n")
    text = section(method.bundle, told, "python -m benchmarks.default_bundle --out FOLDER")
    (args.out / "section.md").write_text(text, encoding="utf-8")
    sys.stdout.write(table.to_string(index=False) + "\n")


if __name__ == "__main__":
    main()

"""A small copy of CQ500 and BHX in their own layouts: simulated heads, three readers' votes, boxes around the truth."""

import csv
from pathlib import Path

import numpy as np

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.scanner.dicom import make_slices
from bleedmap.phantom.scanner.series import make_series
from tests.heads import made_head

FINDINGS = (
    *(
        "ICH",
        "IPH",
        "IVH",
        "SDH",
        "EDH",
        "SAH",
        "BleedLocation-Left",
        "BleedLocation-Right",
        "ChronicBleed",
        "Fracture",
    ),
    *("CalvarialFracture", "OtherFracture", "MassEffect", "MidlineShift"),
)
TRUTH_VALUES = {"IPH": 1, "IVH": 2, "SAH": 3, "SDH": 4, "EDH": 5}
BHX_NAMES = {1: "Intraparenchymal", 2: "Intraventricular", 3: "Subarachnoid", 4: "Subdural", 5: "Epidural"}
# plain series of every study; each study has one in bone as well
SERIES = (
    "CT PLAIN THIN",
    "CT Plain",
    "CT 5mm",
    "CT PRE CONTRAST 5MM STD",
    "CT Plain",
    "CT 0.625mm",
    "CT Plain",
    "CT 5mm-2",
)
BHX_TABLES = ("1_Initial_Manual_Labeling", "2_Extrapolation_to_All_Series", "3_Extrapolation_to_Selected_Series")
BHX_COLUMNS = ("", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "data", "labelName", "labelType")


def cohort(seed: int) -> PhantomSpec:
    """Phantom cohort whose first subjects are the studies."""
    return PhantomSpec(seed=seed, prevalence=0.75, matrix=64, slice_thickness_mm=10, gantry_tilt_degrees=0)


def write(folder: Path, seed: int) -> None:
    """Write 8 studies into ``cq500`` and their boxes into ``bhx``, 14 slices of 64 x 64 pixels a series; 6 bleed.

    Study 1 lies rotated in its files: their rows run from the back to the front and their columns from left to right.

    Args:
        folder: becomes the parent of both data sets.
        seed: of heads and UIDs.
    """
    votes, boxes = [], []
    for number, series in enumerate(SERIES):
        head = made_head(cohort(seed), number)
        study = folder / "cq500" / f"CQ500CT{number} CQ500CT{number}" / "Unknown Study"
        boxes += write_series(study / series, seed, number, head, is_rotated=number == 1)
        write_series(study / "CT BONE", seed, 100 + number, head)
        found = {name: int((head.truth == value).any()) for name, value in TRUTH_VALUES.items()}
        votes.append(row_of_votes(number, {"ICH": max(found.values()), **found}))
    with (folder / "cq500" / "reads.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["name", "Category", *(f"R{r}:{f}" for r in (1, 2, 3) for f in FINDINGS)])
        writer.writeheader()
        writer.writerows(votes)
    (folder / "bhx").mkdir()
    for table in BHX_TABLES:
        write_boxes(folder / "bhx" / f"{table}.csv", boxes)


def row_of_votes(number, found):
    """A row of reads.csv: two readers agree, the third misses every subtype of studies with an odd number."""
    row = {"name": f"CQ500-CT-{number}", "Category": "B1" if number < 4 else "B2"}
    for reader in (1, 2, 3):
        misses = reader == 3 and number % 2 == 1
        row |= {f"R{reader}:{name}": 0 if misses and name != "ICH" else found.get(name, 0) for name in FINDINGS}
    return row


def write_series(folder, seed, index, head, *, is_rotated=False):
    """Write a head as ``CT000000.dcm`` and so on, numbered from the top; returns its boxes, one a slice and subtype."""
    folder.mkdir(parents=True)
    series, boxes = make_series(seed, index, head), []
    slices = list(make_slices(seed, index, head, series))
    for place, (data, truth) in enumerate(zip(slices, head.truth, strict=True)):
        data.PatientID = data.PatientName = f"CQ500-CT-{index}"
        if is_rotated:
            truth = rotate(data, truth)  # noqa: PLW2901
        data.save_as(folder / f"CT{len(slices) - 1 - place:06d}.dcm", enforce_file_format=True)
        boxes += [box_of(data, truth == value, BHX_NAMES[value]) for value in np.unique(truth[truth > 0])]
    return boxes


def rotate(data, truth):
    """Turn the pixels of a file by half a circle, and its orientation with them; returns the truth turned likewise."""
    stored = np.frombuffer(data.PixelData, dtype="<u2").reshape(data.Rows, data.Columns)
    data.PixelData = stored[::-1, ::-1].tobytes()
    row_mm, column_mm = data.PixelSpacing
    x, y, z = data.ImagePositionPatient
    data.ImagePositionPatient = [x + (data.Columns - 1) * column_mm, y + (data.Rows - 1) * row_mm, z]
    data.ImageOrientationPatient = [-1, 0, 0, 0, -1, 0]
    return truth[::-1, ::-1]


def box_of(data, mask, name):
    """A row of a BHX table around a mask, in the pixels of the file."""
    rows, columns = np.nonzero(mask)
    left, top = int(columns.min()), int(rows.min())
    frame = {"x": left, "y": top, "width": int(columns.max()) + 1 - left, "height": int(rows.max()) + 1 - top}
    uids = (data.SOPInstanceUID, data.SeriesInstanceUID, data.StudyInstanceUID)
    return [*uids, str(frame), name, "Initial Manual Labeling"]


def write_boxes(file, boxes):
    """Write a BHX table; its first column has no name."""
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(BHX_COLUMNS)
        writer.writerows([number, *box] for number, box in enumerate(boxes))

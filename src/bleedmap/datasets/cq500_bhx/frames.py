"""BHX: bleeds of CQ500 that readers framed, in the pixels of the original files; joined by SOP instance UID."""

import ast
import math
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bleedmap.datasets.tables import read_rows

TABLES = {
    1: "1_Initial_Manual_Labeling.csv",
    2: "2_Extrapolation_to_All_Series.csv",
    3: "3_Extrapolation_to_Selected_Series.csv",
}
CHRONIC = "chronic"
NAMES = {
    "intraparenchymal": "iph",
    "intraventricular": "ivh",
    "subarachnoid": "sah",
    "subdural": "sdh",
    "epidural": "edh",
    "chronic": CHRONIC,
}

_COLUMNS = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "data", "labelName", "labelType")
_CORNER_AND_SIDES = ("x", "y", "width", "height")
_LONGEST = 300  # characters of a frame; more is none


@dataclass(frozen=True)
class Frame:
    """A box as the table gives it, in the file's own pixels; (0, 0) is the corner of the first pixel.

    Args:
        left: columns to its left.
        top: rows above it.
        width: columns, above 0.
        height: rows, above 0.
        subtype: one of ``SUBTYPES`` or ``CHRONIC``.
    """

    left: float
    top: float
    width: float
    height: float
    subtype: str


@dataclass(frozen=True, repr=False)
class FrameTable:
    """All frames of one table.

    Args:
        frames: by SOPInstanceUID; each frame once.
        bad: SOPInstanceUIDs with a row that is no frame or has an unknown label, once a row.
        unknown_labels: how many of those rows are frames with an unknown label.
    """

    frames: dict[str, tuple[Frame, ...]]
    bad: tuple[str, ...] = field(default=())
    unknown_labels: int = 0


def boxes_file(folder: Path, table: int) -> Path:
    """The file of a table."""
    return folder / TABLES[table]


def read_frames(file: Path) -> FrameTable:
    """Read a table; again only once it has changed.

    Raises:
        TableError: no such file, or a column is missing.
    """
    state = file.stat() if file.is_file() else None
    return _read(file, *((state.st_mtime_ns, state.st_size) if state else (0, 0)))


@lru_cache(maxsize=4)
def _read(file: Path, changed: int, size: int) -> FrameTable:
    # what changed is not used, it makes a changed file another entry of the cache
    frames: dict[str, dict[Frame, None]] = {}
    bad, unknown = [], 0
    for row in read_rows(file, _COLUMNS):
        corner = parse_frame(row["data"])
        subtype = NAMES.get(row["labelName"].lower())
        if corner is None or subtype is None:
            bad.append(row["SOPInstanceUID"])
            unknown += corner is not None
        else:
            frames.setdefault(row["SOPInstanceUID"], {})[Frame(*corner, subtype)] = None
    return FrameTable({uid: tuple(found) for uid, found in frames.items()}, tuple(bad), unknown)


def parse_frame(text: str) -> tuple[float, float, float, float] | None:
    """Left, top, width and height from ``{'x': .., 'y': .., 'width': .., 'height': ..}``; None where it is no frame."""
    if len(text) > _LONGEST:
        return None
    try:
        values = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    if not isinstance(values, dict) or not set(_CORNER_AND_SIDES) <= values.keys():
        return None
    numbers = [values[name] for name in _CORNER_AND_SIDES]
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        return None
    left, top, width, height = map(float, numbers)
    return (left, top, width, height) if width > 0 and height > 0 else None


def is_inside(frame: Frame, rows: int, columns: int) -> bool:
    """Whether a frame lies in a picture of that size, but for a rim of one pixel."""
    return (
        min(frame.left, frame.top) >= -1
        and frame.left + frame.width <= columns + 1
        and frame.top + frame.height <= rows + 1
    )

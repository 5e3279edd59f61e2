"""The label table of RSNA 2019: 4.5 million rows ``ID_<9 hex>_<subtype or any>,<0 or 1>``, six an image."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.constants import UNKNOWN_LABEL
from bleedmap.datasets.rsna2019.index import CONTRADICTED, LARGEST_BYTES
from bleedmap.errors import TableError

KINDS = ("any", "intraparenchymal", "intraventricular", "subarachnoid", "subdural", "epidural")  # as SUBTYPES
ROWS_AT_ONCE = 500_000

_ROW_ID = rf"^ID_([0-9a-f]{{9}})_({'|'.join(KINDS)})$"


@dataclass(frozen=True)
class RsnaLabels:
    """Labels of every image that the table names.

    Args:
        images: names such as ``ID_012345678``, sorted.
        values: (images, 6) int8 in the order of ``KINDS``: 1 bleed, 0 none, -1 not said, -2 contradicted by another
            row (a repeated row of another value, or ``any`` 0 beside a subtype 1).
        repeated: rows that say again what another row says; they change nothing.
        malformed: rows whose ID or label is none; they are left out.
    """

    images: NDArray[np.str_] = field(repr=False)
    values: NDArray[np.int8] = field(repr=False)
    repeated: int
    malformed: int


def read_labels(path: Path) -> RsnaLabels:
    """Read the label table.

    Raises:
        TableError: no such file, no CSV text, or other columns than ``ID`` and ``Label``.
    """
    numbers, kinds, labels, malformed = [], [], [], 0
    for chunk in _chunks(path):
        parts = chunk["ID"].str.extract(_ROW_ID)
        sound = (parts.notna().all(axis=1) & chunk["Label"].isin(["0", "1"])).to_numpy()
        malformed += int((~sound).sum())
        # a number for nine digits takes an eighth of the memory of their text
        numbers.append(np.array([int(digits, 16) for digits in parts.loc[sound, 0]], dtype=np.int64))
        kinds.append(parts.loc[sound, 1].map({kind: place for place, kind in enumerate(KINDS)}).to_numpy(np.int8))
        labels.append((chunk.loc[sound, "Label"] == "1").to_numpy(np.int8))
    images, image = np.unique(np.concatenate(numbers or [np.empty(0, np.int64)]), return_inverse=True)
    cell = image * len(KINDS) + np.concatenate(kinds or [np.empty(0, np.int8)])
    label = np.concatenate(labels or [np.empty(0, np.int8)])
    zeros, ones = (np.bincount(cell[label == value], minlength=len(images) * len(KINDS)) for value in (0, 1))
    names = np.array([f"ID_{number:09x}" for number in images], dtype=np.str_)
    repeated = int((np.maximum(zeros, 1) - 1).sum() + (np.maximum(ones, 1) - 1).sum())
    return RsnaLabels(names, _values(zeros, ones), repeated, malformed)


def _values(zeros: NDArray[np.intp], ones: NDArray[np.intp]) -> NDArray[np.int8]:
    """Labels from how often each was said to be 0 and to be 1."""
    values = np.where(ones > 0, 1, np.where(zeros > 0, 0, UNKNOWN_LABEL))
    values[(zeros > 0) & (ones > 0)] = CONTRADICTED
    board = values.reshape(-1, len(KINDS)).astype(np.int8)
    board[(board[:, 0] == 0) & (board[:, 1:] == 1).any(axis=1), 0] = CONTRADICTED
    return board


def _chunks(path: Path) -> Iterator[pd.DataFrame]:
    if not path.is_file():
        raise TableError(
            "no-table",
            found="no stage_2_train.csv in the root folder",
            expected="the label table of the data set",
            remedy="correct root, or fetch the table",
        )
    if path.stat().st_size > LARGEST_BYTES:
        raise _no_labels("a label table of more than 1 GB")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header = next(csv.reader(file), [])
        if header[:2] != ["ID", "Label"] or any(header[2:]):
            raise _no_labels("a label table with other columns")
        # whatever a spreadsheet adds to the right is left out
        with pd.read_csv(path, dtype=str, keep_default_na=False, usecols=[0, 1], chunksize=ROWS_AT_ONCE) as reader:
            for chunk in reader:
                yield chunk[(chunk != "").any(axis=1)]
    except (UnicodeDecodeError, csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError):
        raise _no_labels("a table that is no CSV text in UTF-8") from None


def _no_labels(found: str) -> TableError:
    return TableError("label-table", found=found, expected="the columns ID,Label", remedy="fetch the table again")

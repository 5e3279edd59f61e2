"""What one row of a label table says: one row a slice or a scan."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import UNKNOWN_LABEL
from bleedmap.datasets.tables import VALUES, Row, binary
from bleedmap.errors import ScanError


def row_values(row: Row) -> NDArray[np.int8]:
    """What one row says about hemorrhage and about each subtype.

    A subtype implies hemorrhage, and no hemorrhage means none of the subtypes; an empty cell says nothing.

    Args:
        row: with ``hemorrhage`` or any of the subtypes.

    Returns:
        (6,) int8 in the order of ``VALUES``: 1 bleed, 0 none, -1 not said.

    Raises:
        ScanError: ``label-value`` for a cell other than 0 and 1 and for a row that says nothing;
            ``label-contradiction`` for a subtype without hemorrhage.
    """
    if not any(row.get(name) for name in VALUES):
        binary("")
    values = np.array([binary(row[name]) if row.get(name) else UNKNOWN_LABEL for name in VALUES], dtype=np.int8)
    subtypes = values[1:]
    if values[0] == 0:
        if (subtypes == 1).any():
            raise contradiction()
        subtypes[:] = 0
    elif values[0] == UNKNOWN_LABEL and (subtypes != UNKNOWN_LABEL).any():
        values[0] = 1 if (subtypes == 1).any() else 0 if (subtypes == 0).all() else UNKNOWN_LABEL
    return values


def contradiction() -> ScanError:
    """The fault of rows that do not agree."""
    return ScanError(
        "label-contradiction",
        found="labels of one scan that contradict each other",
        expected="no subtype and no bleeding slice where hemorrhage is 0, and the same label wherever it is repeated",
        remedy="correct the label table",
    )

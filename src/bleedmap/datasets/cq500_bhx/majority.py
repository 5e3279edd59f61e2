"""What the three readers of CQ500 said about each scan, and what that means for slices with boxes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import UNKNOWN_LABEL
from bleedmap.datasets.cq500_bhx.votes import FINDINGS, READERS
from bleedmap.datasets.labels import contradiction
from bleedmap.datasets.tables import Row, binary

MAJORITY = 2


def majority(rows: Sequence[Row]) -> NDArray[np.int8]:
    """What at least two of three readers said of one scan.

    Returns:
        (6,) int8 in the order of ``FINDINGS``: 1 there, 0 not there, -1 without a majority. All -1 where a subtype
        has a majority and hemorrhage has one against it.

    Raises:
        ScanError: ``label-value`` for a vote other than 0 and 1, ``label-contradiction`` for rows that differ.
    """
    boards = {tuple(map(_votes_of, [row] * len(FINDINGS), FINDINGS)) for row in rows}
    if len(boards) > 1:
        raise contradiction()
    if not boards:
        return np.full(len(FINDINGS), UNKNOWN_LABEL, dtype=np.int8)
    counts = np.array([[votes.count(1), votes.count(0)] for votes in boards.pop()])
    said = np.where(counts[:, 0] >= MAJORITY, 1, np.where(counts[:, 1] >= MAJORITY, 0, UNKNOWN_LABEL)).astype(np.int8)
    if said[0] == 0 and (said[1:] == 1).any():
        said[:] = UNKNOWN_LABEL
    return said


def finding_labels(said: int, boxed: NDArray[np.bool_], doubtful: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Slice labels of one finding from the readers' majority and the boxes.

    A scan without the finding has it on no slice; in a scan with it, the boxed slices have it and the others do not.
    Nothing is known where the two contradict each other, or where a scan with the finding has no box of it.

    Args:
        said: 1, 0 or -1, see ``majority``.
        boxed: (slices,) whether the slice has a box of the finding.
        doubtful: (slices,) whether it has a box that is not used; no box of the finding beside it means nothing there.

    Returns:
        (slices,) int8, 1 there, 0 not there, -1 unknown.
    """
    labels = np.full(len(boxed), UNKNOWN_LABEL, dtype=np.int8)
    if said == 1 and boxed.any():
        labels[:] = boxed
    elif said == 0 and not boxed.any():
        labels[:] = 0
    elif said == UNKNOWN_LABEL:
        labels[boxed] = 1
    labels[doubtful & ~boxed] = UNKNOWN_LABEL
    return labels


def _votes_of(row: Row, finding: str) -> tuple[int, ...]:
    cells = (row[f"{reader}:{finding}"] for reader in READERS)
    return tuple(binary(cell) if cell else UNKNOWN_LABEL for cell in cells)

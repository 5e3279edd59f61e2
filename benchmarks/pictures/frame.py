"""The square around the head that both phantom slices and real pictures are cropped to."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.brain.skull.picture_scale import head_outline
from bleedmap.constants import BRAIN_LEVEL_HU, BRAIN_WIDTH_HU
from bleedmap.slices.box import Box

LOW, HIGH = BRAIN_LEVEL_HU - BRAIN_WIDTH_HU / 2, BRAIN_LEVEL_HU + BRAIN_WIDTH_HU / 2  # black and white of a picture
MARGIN = 0.04


def head_box(hu: NDArray[np.int16]) -> Box:
    """Square around the head as a picture in the brain window shows it; the whole picture if it shows none.

    Args:
        hu: (rows, columns) HU, or pseudo HU of a picture.
    """
    head = head_outline(np.clip(hu, LOW, HIGH).astype(np.int16))
    rows, columns = (np.flatnonzero(head.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        rows, columns = (np.arange(length) for length in hu.shape)
    side = round(max(np.ptp(rows) + 1, np.ptp(columns) + 1) * (1 + 2 * MARGIN))
    top, left = (int(lines[0] + lines[-1] + 1 - side) // 2 for lines in (rows, columns))
    return Box(top, left, side, side)

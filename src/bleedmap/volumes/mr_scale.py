"""MR signal, which has no unit, on one display scale; done once, where a scan comes in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import AIR_HU, HIGHEST_HU
from bleedmap.errors import ScanError
from bleedmap.volumes.intensity import SHOWN
from bleedmap.volumes.mr_bias import without_shading
from bleedmap.volumes.mr_head import head_outline

LEAST_BACKGROUND = 0.1  # of a scan, for its commonest value to be a background rather than signal
PERCENTILES = (1.0, 99.0)
LOWEST, HIGHEST = SHOWN["mr"]


def to_display_scale(signal: NDArray[Any], spacing: tuple[float, float, float] | None) -> NDArray[np.int16]:
    """Bring MR signal to the display scale: the first percentile of the head becomes 0, the last one 200.

    The shading of the coils is divided out first (see ``mr_bias``). A constant background, of a skull-stripped or
    masked scan, is the commonest value where a tenth of the scan has it and hardly any voxel is darker; it becomes
    -1024, as air does in CT, and nothing else does. Signal darker than the first percentile is 0; what is brighter than
    the last one keeps its distance from it, up to 3071, so that a lesion stays brighter than the brain around it.

    Args:
        signal: (slices, rows, columns), any number type; not-a-number counts as background.
        spacing: mm between (slices, rows, columns); None leaves the shading.

    Returns:
        Same shape, int16, -1024 in a constant background, else 0 to 3071.

    Raises:
        ScanError: ``no-signal`` where all signal is the same.
    """
    values = np.asarray(signal, dtype=np.float32)
    is_number = np.isfinite(values)
    background = _is_background(values) | ~is_number
    values = np.where(background, np.float32(0), values)
    if spacing is not None:
        values = without_shading(values, spacing)
    head = head_outline(values) & ~background
    low, high = np.percentile(values[head], PERCENTILES) if head.any() else (0.0, 0.0)
    if not low < high:
        raise ScanError(
            "no-signal",
            found="a scan whose voxels are all alike",
            expected="MR signal",
            remedy="export the original series",
        )
    scaled = LOWEST + (values - low) * ((HIGHEST - LOWEST) / (high - low))
    shown = np.rint(np.clip(scaled, LOWEST, HIGHEST_HU))
    return np.where(background, AIR_HU, shown).astype(np.int16)


def _is_background(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the commonest value lies, if so much of the scan has it, and next to nothing is darker."""
    found, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    if not found.size or counts.max() < LEAST_BACKGROUND * values.size:
        return np.zeros(values.shape, dtype=np.bool_)
    darker = counts[: counts.argmax()].sum()
    if darker > 0.01 * values.size:
        return np.zeros(values.shape, dtype=np.bool_)
    return np.asarray(values == found[counts.argmax()])

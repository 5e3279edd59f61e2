"""From probabilities to labels: threshold, brain, minimum component volume."""

import cc3d
import numpy as np
from numpy.typing import NDArray

from bleedmap.config.segmenters import AnySegmenter

ROUNDING = 1e-9  # ten voxels of 0.1 mL are 1 mL, whatever their float sum


def to_labels(
    spec: AnySegmenter,
    probabilities: NDArray[np.floating],
    brain: NDArray[np.bool_],
    voxel_ml: NDArray[np.float64] | None,
) -> NDArray[np.uint8]:
    """Labels of one scan on the working grid.

    Nothing outside the brain is called hemorrhage: a network that has seen few scalps and skull bases may.

    Args:
        spec: threshold and minimum component volume.
        probabilities: (slices, size, size) in [0, 1]; of subtypes (slices, 5, size, size), whose sum is compared.
        brain: (slices, size, size) bool.
        voxel_ml: (slices,) mL of one voxel of each slice; None where there are no mm.

    Returns:
        (slices, size, size) uint8, 0 background, 1 hemorrhage; of subtypes the likeliest, 1 to 5.
    """
    by_subtype = probabilities.ndim == 4
    any_kind = probabilities.sum(axis=1, dtype=np.float32) if by_subtype else probabilities
    found = without_small((any_kind >= spec.threshold) & brain, voxel_ml, spec.min_component_ml)
    kinds = probabilities.argmax(axis=1) + 1 if by_subtype else 1
    return (found * kinds).astype(np.uint8)


def without_small(
    mask: NDArray[np.bool_], voxel_ml: NDArray[np.float64] | None, min_component_ml: float
) -> NDArray[np.bool_]:
    """Drop connected parts (26 neighbours) of less than ``min_component_ml`` mL.

    Args:
        mask: (slices, rows, columns) bool.
        voxel_ml: (slices,) mL of one voxel of each slice, so uneven gaps count as they are; None: nothing is dropped.
        min_component_ml: mL; 0: nothing is dropped.
    """
    if voxel_ml is None or min_component_ml == 0 or not mask.any():
        return mask
    parts = cc3d.connected_components(mask, connectivity=26)
    slices = np.nonzero(mask)[0]
    volumes = np.bincount(parts[mask], weights=voxel_ml[slices])
    large = volumes * (1 + ROUNDING) >= min_component_ml
    large[0] = False
    return np.asarray(large[parts])

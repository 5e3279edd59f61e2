"""Blood in a picture that is as white as the skull it lies against, told from bone by the other half of the head."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import convex_hull_image

from bleedmap.brain.skull.enclosed import within

SLIVER_MM = 2.0


def bites(inside: NDArray[np.bool_], head: NDArray[np.bool_], pixel_mm: tuple[float, float]) -> NDArray[np.bool_]:
    """What was bitten out of one side of the inside of the skull.

    A bite lies within the convex hull of the inside. Where the mirror image, across the long axis of the head, is
    brain, it is taken for blood; where it is bitten too, as by the petrous bones, it is left out.

    Args:
        inside: (rows, columns) inside of the skull so far.
        head: (rows, columns) outline of the head.
        pixel_mm: mm between rows and between columns.

    Returns:
        (rows, columns) bool, the bites alone.
    """
    if inside.sum() < 3 or head.sum() < 3:
        return np.zeros_like(inside)
    hull = convex_hull_image(inside)
    bitten = hull & ~inside & _mirrored(inside, head)
    core = ndimage.distance_transform_edt(bitten, sampling=pixel_mm) > SLIVER_MM
    return np.asarray(within(core, SLIVER_MM, pixel_mm) & bitten if core.any() else core, dtype=bool)


def _mirrored(inside: NDArray[np.bool_], head: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask mirrored across the long axis of the head."""
    points = np.argwhere(head).astype(np.float64)
    centre = points.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov((points - centre).T))
    across = axes[:, 0]
    mirror = np.eye(2) - 2 * np.outer(across, across)
    turned: NDArray[np.bool_] = ndimage.affine_transform(
        inside.astype(np.uint8), mirror, centre - mirror @ centre, order=0
    ).astype(bool)
    return turned

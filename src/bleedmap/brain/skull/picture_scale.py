"""Pictures without HU or pixel size: what their greys mean, and how large their pixels are."""

from dataclasses import dataclass

import cc3d
import fill_voids
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bleedmap.volumes.display_window import BRAIN_HU, Landmarks, landmarks

HEAD_SHARE = 0.1
DARK_SHARE = 0.25
BONE_HU, BONE_SHARES, LEAST_BONE_SHARE = 150.0, (0.93, 0.8, 0.65), 0.5
WHITEST = 99.5
FIELDS_MM = (140.0, 280.0)  # narrowest and widest field of view of a head scan, heads cropped to their skin included


@dataclass(frozen=True)
class PictureScale:
    """What the greys and pixels of a picture mean.

    Args:
        marks: values of background and brain.
        dark: value below which there is background, air, or fluid in a narrow window.
        bones: values above which there may be bone, or blood as white, the likeliest first: some skulls are grey.
        pixel_mm: mm between rows and between columns, within about a half.
    """

    marks: Landmarks
    dark: float
    bones: tuple[float, ...]
    pixel_mm: tuple[float, float]


def picture_scale(hu: NDArray[np.int16], head_width_mm: float) -> PictureScale | None:
    """The scale of a picture, from its own greys alone: whatever window it is said to have does not count.

    Args:
        hu: (rows, columns) pseudo HU.
        head_width_mm: width of a head, mm.

    Returns:
        None where a picture shows nothing grey.
    """
    marks = landmarks(hu)
    if marks is None:
        return None
    dark = marks.black + DARK_SHARE * (marks.brain - marks.black)
    white = float(np.percentile(hu[hu > dark], WHITEST)) - marks.brain
    by_hu = max((BONE_HU - BRAIN_HU) / marks.width, LEAST_BONE_SHARE * white)
    width = _width(head_outline(hu, dark)) or hu.shape[1]
    side = float(np.clip(head_width_mm / width, *(field / hu.shape[1] for field in FIELDS_MM)))
    bones = sorted({marks.brain + min(share * white, by_hu) for share in BONE_SHARES}, reverse=True)
    return PictureScale(marks, dark, tuple(bones), (side, side))


def head_outline(hu: NDArray[np.int16], dark: float | None = None) -> NDArray[np.bool_]:
    """(rows, columns) largest thing brighter than the background of a picture, holes filled.

    Args:
        hu: (rows, columns) pseudo HU.
        dark: value of the background at most; None: a tenth of the way from the darkest to the brightest.
    """
    if dark is None:
        dark = float(hu.min()) + HEAD_SHARE * (float(hu.max()) - float(hu.min()))
    head: NDArray[np.bool_] = fill_voids.fill(largest_part(ndimage.binary_opening(hu > dark, iterations=2)))
    return head


def largest_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(rows, columns) largest connected part of a mask."""
    labels = cc3d.connected_components(mask, connectivity=4)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray((labels == sizes.argmax()) & mask)


def _width(head: NDArray[np.bool_]) -> int:
    columns = np.flatnonzero(head.any(axis=0))
    return int(columns[-1] - columns[0] + 1) if columns.size else 0

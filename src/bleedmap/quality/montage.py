"""A scan at a glance: three slices and a side view with the outline of the brain mask."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.segmentation import find_boundaries
from skimage.transform import resize

from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.intensity import SHOWN
from bleedmap.volumes.regular import to_regular

HEIGHT = 192
WIDEST = 16  # times its height; nothing that a person can look at is wider
PLACES = (0.3, 0.5, 0.7)
OUTLINE = (255, 140, 26)
INSIDE_HU, OUTSIDE_HU = 1000, -1000


def montage(volume: CtVolume, brain: NDArray[np.uint8]) -> bytes:
    """Draw slices at 30, 50 and 70 % of the brain's height, then the sagittal plane through its middle.

    The side view is true to scale and untilted, so slices out of order, gaps and a mask that leaks show at once. A
    picture of one slice has no side.

    Args:
        volume: the scan.
        brain: (slices, rows, columns) uint8 mask; where it is empty the whole scan counts.

    Returns:
        PNG, ``HEIGHT`` pixels high, with the same bytes for the same scan.
    """
    found = np.flatnonzero(brain.any(axis=(1, 2)))
    chosen = found if found.size else np.arange(len(brain))
    _, row_mm, column_mm = volume.geometry.spacing
    indices = [int(chosen[int(place * (chosen.size - 1) + 0.5)]) for place in PLACES]
    shown = SHOWN[volume.intensity]
    tiles = [_tile(volume.hu[i], brain[i], (row_mm, column_mm), shown) for i in dict.fromkeys(indices)]
    if len(brain) > 1:
        tiles.append(_side(volume, brain))
    return _png(np.concatenate(tiles, axis=1))


def no_picture() -> bytes:
    """A grey square in the place of a scan that cannot be drawn; PNG, ``HEIGHT`` pixels high."""
    return _png(np.full((HEIGHT, HEIGHT, 3), 128, dtype=np.uint8))


def _png(picture: NDArray[np.uint8]) -> bytes:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG", optimize=False, compress_level=9)
    return data.getvalue()


def _side(volume: CtVolume, brain: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Sagittal plane through the middle of the brain, head up, face to the left."""
    columns = np.flatnonzero(brain.any(axis=(0, 1)))
    middle = int(columns.mean()) if columns.size else brain.shape[2] // 2
    native = volume.geometry
    plane = Geometry(native.origins + middle * native.column_step, native.row_step, native.column_step, native.in_mm)
    mask = np.where(brain[:, :, middle : middle + 1] > 0, INSIDE_HU, OUTSIDE_HU).astype(np.int16)
    grey = to_regular(CtVolume(volume.hu[:, :, middle : middle + 1], plane))
    inside = to_regular(CtVolume(mask, plane)).hu[::-1, :, 0] > 0
    slice_mm, row_mm, _ = grey.geometry.spacing
    return _tile(grey.hu[::-1, :, 0], inside, (slice_mm, row_mm), SHOWN[volume.intensity])


def _tile(
    hu: NDArray[np.int16],
    mask: NDArray[np.generic],
    pixel_mm: tuple[float, float],
    shown: tuple[float, float],
) -> NDArray[np.uint8]:
    """(HEIGHT, width, 3) picture, from black to white the values of a range, with the outline of a mask."""
    low, high = shown
    height_mm, width_mm = hu.shape[0] * pixel_mm[0], hu.shape[1] * pixel_mm[1]
    shape = (HEIGHT, min(WIDEST * HEIGHT, max(1, round(HEIGHT * width_mm / height_mm))))
    grey = np.clip((hu - low) / (high - low), 0, 1)
    small = resize(grey.astype(np.float32), shape, order=1, anti_aliasing=True)
    edge = find_boundaries(resize(mask != 0, shape, order=0, anti_aliasing=False), mode="inner")
    tile = np.repeat((small * 255).round().astype(np.uint8)[:, :, None], 3, axis=2)
    tile[edge] = OUTLINE
    return tile

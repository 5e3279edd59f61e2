"""A picture of a prediction: slices in the brain window where it is CT, what was found as coloured outlines."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage.segmentation import find_boundaries

from bleedmap.provenance.atomic import atomic_path
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.intensity import SHOWN

MOST, COLUMNS, SIDE = 60, 8, 208  # slices, slices a row, pixels of the longer side of one
COLOURS = ((255, 140, 26),)
INK = (242, 244, 247)


def draw_preview(
    volume: CtVolume,
    labels: NDArray[np.uint8] | NDArray[np.bool_],
    path: Path,
    colours: Sequence[tuple[int, int, int]] = COLOURS,
) -> None:
    """Draw slices from foot to head, each with its number from 0, in time that grows with their number alone.

    Args:
        volume: the scan.
        labels: (slices, rows, columns), 0 where nothing was found.
        path: PNG to write, with the same bytes for the same scan.
        colours: red, green and blue, 0 to 255, of label 1, 2, ...
    """
    low, high = SHOWN[volume.intensity]
    rows, columns = _shown(volume.hu > low)
    tiles = []
    for index in chosen(labels):
        grey = (np.clip((volume.hu[index, rows, columns] - low) / (high - low), 0, 1) * 255).astype(np.uint8)
        tiles.append(_tile(grey, labels[index, rows, columns], volume.geometry.spacing[1:], index, colours))
    height, width = tiles[0].shape[:2]
    lines = -(-len(tiles) // COLUMNS)
    sheet = np.zeros((lines * height, min(COLUMNS, len(tiles)) * width, 3), dtype=np.uint8)
    for place, tile in enumerate(tiles):
        top, left = place // COLUMNS * height, place % COLUMNS * width
        sheet[top : top + height, left : left + width] = tile
    with atomic_path(path) as temporary:
        Image.fromarray(sheet).save(temporary, "PNG", compress_level=6)


def chosen(labels: NDArray[np.uint8] | NDArray[np.bool_]) -> list[int]:
    """Slices to show, at most ``MOST``: of every run of neighbours the one with the most found, or its middle one."""
    areas = np.count_nonzero(labels, axis=(1, 2))
    runs = np.array_split(np.arange(len(labels)), min(MOST, len(labels)))
    return [int(run[areas[run].argmax()] if areas[run].any() else run[len(run) // 2]) for run in runs]


def _shown(lit: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns that are not black on every slice; all of them where everything is."""
    planes = np.any(lit, axis=0)
    marked = [np.flatnonzero(each) for each in (np.any(planes, axis=1), np.any(planes, axis=0))]
    rows, columns = (slice(int(each[0]), int(each[-1]) + 1) if each.size else slice(None) for each in marked)
    return rows, columns


def _tile(
    grey: NDArray[np.uint8],
    labels: NDArray[np.generic],
    pixel_mm: tuple[float, float],
    index: int,
    colours: Sequence[tuple[int, int, int]],
) -> NDArray[np.uint8]:
    """(height, width, 3) picture of a slice, true to scale."""
    height_mm, width_mm = grey.shape[0] * pixel_mm[0], grey.shape[1] * pixel_mm[1]
    size = tuple(max(1, round(SIDE * side / max(height_mm, width_mm))) for side in (width_mm, height_mm))
    tile = np.array(Image.fromarray(grey).resize(size, Image.Resampling.BOX).convert("RGB"))
    for label, colour in enumerate(colours, start=1):
        if not (labels == label).any():
            continue
        mask = Image.fromarray(((labels == label) * 255).astype(np.uint8)).resize(size, Image.Resampling.BOX)
        # a pixel that is touched counts, so that nothing is too small to be seen
        tile[find_boundaries(np.asarray(mask) > 0, mode="thick")] = colour
    picture = Image.fromarray(tile)
    ImageDraw.Draw(picture).text((5, 3), str(index), fill=INK, font=ImageFont.load_default(13))
    return np.asarray(picture)

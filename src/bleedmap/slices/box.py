"""The square around the head that becomes the working grid, and the way back to the scan's own pixels."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from bleedmap.config.slices import SliceSpec
from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.volumes.budget import require_room
from bleedmap.volumes.ct_volume import CtVolume

CUT_BYTES, GRID_BYTES = 12.0, 12.0  # that a pixel takes: cut out and filtered along both sides; HU and both masks
MOST_PIXELS = 2**24  # of slices that are resampled at a time

Resample = Callable[[NDArray[np.bool_]], NDArray[np.float32]]


WHOLE = 0.999  # share of a pixel within the picture that is all of it, but for rounding


@dataclass(frozen=True)
class Box:
    """A rectangle of a scan's own pixels; it may reach past the picture's edge, where there is air."""

    top: int
    left: int
    height: int
    width: int

    @classmethod
    def around_brain(cls, volume: CtVolume, brain: NDArray[np.uint8], spec: SliceSpec) -> Self:
        """Square of ``spec.field_of_view_mm``, centred on the brain; the whole picture where there are no mm.

        Args:
            volume: the scan.
            brain: (slices, rows, columns) uint8 brain mask; if empty, the picture's centre is taken.
            spec: the working grid.
        """
        rows, columns = volume.hu.shape[1:]
        if spec.field_of_view_mm is None or not volume.geometry.in_mm:
            side = max(rows, columns)
            return cls((rows - side) // 2, (columns - side) // 2, side, side)
        _, row_mm, column_mm = volume.geometry.spacing
        height, width = round(spec.field_of_view_mm / row_mm), round(spec.field_of_view_mm / column_mm)
        inside = np.asarray(brain.any(axis=0))
        middle_row, middle_column = _middle(inside, 1), _middle(inside, 0)
        return cls(middle_row - height // 2, middle_column - width // 2, height, width)

    def as_dict(self) -> dict[str, int]:
        """Plain numbers, for JSON."""
        return asdict(self)

    def take(self, image: NDArray[np.generic], size: int, fill: float) -> NDArray[np.float32]:
        """Resample the box of every slice to ``size`` x ``size``, averaging where pixels shrink.

        Args:
            image: (slices, rows, columns), any number type.
            size: rows and columns of the result.
            fill: value past the picture's edge.

        Raises:
            ScanError: ``too-large``: a slice of the box, or all slices on the grid, are larger than a scan may be.
        """
        require_room((self.height, self.width), CUT_BYTES)
        require_room((len(image), size, size), GRID_BYTES)
        inside, own = self._overlap(*image.shape[1:])
        taken = np.empty((len(image), size, size), dtype=np.float32)
        step = max(1, MOST_PIXELS // max(1, self.height * self.width))
        for start in range(0, len(image), step):
            some = image[start : start + step]
            cut = np.full((len(some), self.height, self.width), fill, dtype=np.float32)
            cut[:, inside[0], inside[1]] = some[:, own[0], own[1]]
            small = F.interpolate(torch.from_numpy(cut)[:, None], size=(size, size), mode="bilinear", antialias=True)
            taken[start : start + step] = small[:, 0].numpy()
        return taken

    def put_back(self, image: NDArray[np.floating] | NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.float32]:
        """Resample working-grid slices to the scan's own pixels; zero outside the box.

        Args:
            image: (slices, size, size) float or bool.
            rows: rows of the scan.
            columns: columns of the scan.

        Raises:
            ScanError: ``too-large``: the box is larger than a scan may be.
        """
        require_room((len(image), self.height, self.width), CUT_BYTES)
        tensor = torch.from_numpy(np.asarray(image, dtype=np.float32))[:, None]
        large = F.interpolate(tensor, size=(self.height, self.width), mode="bilinear", antialias=True)[:, 0].numpy()
        result = np.zeros((len(image), rows, columns), dtype=np.float32)
        inside, own = self._overlap(rows, columns)
        result[:, own[0], own[1]] = large[:, inside[0], inside[1]]
        return result

    def take_labels(self, labels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
        """Resample a mask with subtypes: a pixel is the label that most of it is, if labels make up half of it.

        Of a pixel that reaches past the picture's edge, the part within counts as the whole.

        Args:
            labels: (slices, rows, columns) uint8, 0 background; 255 (unknown) is a label like any other.
            size: rows and columns of the result.
        """
        within = self.take(np.ones((1, *labels.shape[1:]), dtype=np.uint8), size, 0)
        within[(within == 0) | (within > WHOLE)] = 1
        return _slice_by_slice(labels, (size, size), lambda share: self.take(share, size, 0) / within)

    def to_own_pixels(self, points: NDArray[np.floating], size: int) -> NDArray[np.float64]:
        """Points of the working grid in the scan's own pixels; both count from the centre of the first pixel.

        Args:
            points: (n, 2) row and column on the grid.
            size: rows and columns of the grid.
        """
        side = np.array([self.height, self.width]) / size
        return np.asarray([self.top, self.left] + (points + 0.5) * side - 0.5, dtype=np.float64)

    def pixel_share(self, size: int) -> float:
        """Area of a pixel of the working grid, in pixels of the scan."""
        return self.height * self.width / size**2

    def _overlap(self, rows: int, columns: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Where box and picture meet: in pixels of the box, and in pixels of the picture."""
        top, left = max(self.top, 0), max(self.left, 0)
        bottom = max(min(self.top + self.height, rows), top)
        right = max(min(self.left + self.width, columns), left)
        inside = (slice(top - self.top, bottom - self.top), slice(left - self.left, right - self.left))
        return inside, (slice(top, bottom), slice(left, right))


def _middle(inside: NDArray[np.bool_], axis: int) -> int:
    """Middle of a mask across an axis; of the picture, where the mask is empty."""
    indices = np.flatnonzero(inside.any(axis=axis))
    return int(indices[0] + indices[-1] + 1) // 2 if len(indices) else inside.shape[1 - axis] // 2


def to_own_voxels(labels: NDArray[np.uint8], box: Box, rows: int, columns: int) -> NDArray[np.uint8]:
    """Labels on the working grid, brought to the scan's own rows and columns.

    Args:
        labels: (slices, size, size) uint8, 0 background, 1 or 1..5; 255 (unknown) becomes background.
        box: where the working grid lies in the scan.
        rows: rows of the scan.
        columns: columns of the scan.

    Returns:
        (slices, rows, columns) uint8: the label with the largest share, where labels make up at least half of a voxel.
    """
    known = np.where(labels == UNKNOWN_VOXEL, np.uint8(0), labels)
    return _slice_by_slice(known, (rows, columns), lambda share: box.put_back(share, rows, columns))


def _slice_by_slice(labels: NDArray[np.uint8], shape: tuple[int, int], resample: Resample) -> NDArray[np.uint8]:
    """Resample labels; memory holds the shares of one slice."""
    result = np.zeros((len(labels), *shape), dtype=np.uint8)
    for number in np.flatnonzero(labels.any(axis=(1, 2))):
        result[number] = _by_share(labels[number : number + 1], resample)[0]
    return result


def _by_share(labels: NDArray[np.uint8], resample: Resample) -> NDArray[np.uint8]:
    """The label with the largest share of every pixel, if labels make up half of it; the lower one of equal shares."""
    total = resample(labels > 0)
    best = np.zeros_like(total)
    result = np.zeros(total.shape, dtype=np.uint8)
    for value in np.unique(labels[labels > 0]):
        share = resample(labels == value)
        wins = share > best
        result[wins], best[wins] = value, share[wins]
    return np.where(total >= 0.5, result, np.uint8(0))

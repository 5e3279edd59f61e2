"""What is measured of a prediction: of every class, and of every lesion, a connected part of one class."""

from dataclasses import dataclass, replace

import cc3d
import numpy as np
from numpy.typing import NDArray

from bleedmap.predict.found import Found
from bleedmap.predict.outputs.shape import lesion_shape
from bleedmap.scoring.abc2 import abc2_ml
from bleedmap.volumes.geometry import Geometry

Box = tuple[slice, slice, slice]
ML, HU, MM = 3, 1, 1  # decimals


@dataclass(frozen=True)
class Lesion:
    """One lesion.

    Args:
        name: its class.
        number: within its class, from 1, the largest first.
        ml: volume, each slice standing for half the gap to its neighbours.
        voxels: their number.
        slices: first and last slice, from the foot, from 0.
        key_slice: slice with the largest area.
        abc2_ml: volume by the ABC/2 rule.
        mean_hu: mean of its voxels; None where they are no HU.
        feret_mm: largest diameter; None where nothing is left of it on an even stack.
        ellipsoid_mm: (3,) diameters of the equivalent ellipsoid, shortest first; None likewise.
    """

    name: str
    number: int
    ml: float
    voxels: int
    slices: tuple[int, int]
    key_slice: int
    abc2_ml: float
    mean_hu: float | None
    feret_mm: float | None
    ellipsoid_mm: list[float] | None


@dataclass(frozen=True)
class ClassTotal:
    """All lesions of a class together.

    Args:
        name: the class.
        ml: volume.
        lesions: their number.
        slices: number of slices with any.
        key_slice: slice with the largest area; None without any.
        abc2_ml: sum of the lesions' volumes by the ABC/2 rule.
        mean_hu: mean of their voxels; None without any, or where they are no HU.
    """

    name: str
    ml: float
    lesions: int
    slices: int
    key_slice: int | None
    abc2_ml: float
    mean_hu: float | None


@dataclass(frozen=True)
class _Place:
    """A box of a scan.

    Args:
        hu: (slices, rows, columns); None where values are no HU.
        geometry: where its voxels lie.
        voxel_ml: (slices,) of one voxel of each slice, as in the whole scan.
        first: slice of the scan with which it begins.
    """

    hu: NDArray[np.int16] | None
    geometry: Geometry
    voxel_ml: NDArray[np.float64]
    first: int

    def cut(self, box: Box) -> "_Place":
        """A box of it."""
        corner = box[1].start * self.geometry.row_step + box[2].start * self.geometry.column_step
        return _Place(
            hu=None if self.hu is None else self.hu[box],
            geometry=replace(self.geometry, origins=self.geometry.origins[box[0]] + corner),
            voxel_ml=self.voxel_ml[box[0]],
            first=self.first + box[0].start,
        )


def measure(found: Found) -> tuple[list[ClassTotal], list[Lesion]]:
    """Measure a prediction on the scan's own voxels.

    Args:
        found: labels of a scan in mm.

    Returns:
        Totals, ``any`` first, then the classes of a method that tells several apart, found or not; and the lesions,
        by class and volume.
    """
    volume = found.volume
    assert volume.geometry.voxel_ml is not None, "DICOM and NIfTI are in mm"  # noqa: S101
    scan = _Place(volume.hu if volume.intensity == "hu" else None, volume.geometry, volume.geometry.voxel_ml, first=0)
    box = _rim(_holding(found.labels))
    labels, place = found.labels[box], scan.cut(box)
    lesions: list[Lesion] = []
    totals: list[ClassTotal] = []
    for label, name in enumerate(found.classes, start=1):
        mask = labels == label
        own = _lesions(name, mask, place)
        lesions += own
        totals.append(_total(name, mask, own, place))
    return (totals if len(totals) == 1 else [_total("any", labels > 0, lesions, place), *totals]), lesions


def _lesions(name: str, mask: NDArray[np.bool_], place: _Place) -> list[Lesion]:
    """Connected parts (26 neighbours, as scores have it), the largest first."""
    parts, count = cc3d.connected_components(mask, connectivity=26, return_N=True)
    boxes = cc3d.statistics(parts)["bounding_boxes"] if count else []
    rims = [_rim(boxes[number]) for number in range(1, count + 1)]
    found = [_lesion(name, parts[rim] == number, place.cut(rim)) for number, rim in enumerate(rims, start=1)]
    found.sort(key=lambda each: (-each.ml, each.slices))
    return [replace(each, number=number) for number, each in enumerate(found, start=1)]


def _lesion(name: str, mask: NDArray[np.bool_], place: _Place) -> Lesion:
    areas = np.count_nonzero(mask, axis=(1, 2))
    shown = np.flatnonzero(areas) + place.first
    shape = lesion_shape(mask, place.geometry)
    return Lesion(
        name=name,
        number=0,
        ml=round(float(areas @ place.voxel_ml), ML),
        voxels=int(areas.sum()),
        slices=(int(shown[0]), int(shown[-1])),
        key_slice=int(areas.argmax()) + place.first,
        abc2_ml=round(abc2_ml(mask, place.voxel_ml, place.geometry.spacing[1:]), ML),
        mean_hu=_mean_hu(place, mask),
        feret_mm=None if shape is None else round(shape.feret, MM),
        ellipsoid_mm=None if shape is None else [round(each, MM) for each in shape.ellipsoid],
    )


def _total(name: str, mask: NDArray[np.bool_], lesions: list[Lesion], place: _Place) -> ClassTotal:
    areas = np.count_nonzero(mask, axis=(1, 2))
    return ClassTotal(
        name=name,
        ml=round(float(areas @ place.voxel_ml), ML),
        lesions=len(lesions),
        slices=int(np.count_nonzero(areas)),
        key_slice=int(areas.argmax()) + place.first if areas.any() else None,
        abc2_ml=round(sum(each.abc2_ml for each in lesions), ML),
        mean_hu=_mean_hu(place, mask),
    )


def _mean_hu(place: _Place, mask: NDArray[np.bool_]) -> float | None:
    if place.hu is None or not mask.any():
        return None
    return round(float(place.hu[mask].mean(dtype=np.float64)), HU)


def _holding(labels: NDArray[np.uint8]) -> Box:
    """The box of all that is marked; an empty one where nothing is."""
    planes = np.any(labels, axis=0)
    lines = np.any(labels, axis=(1, 2)), np.any(planes, axis=1), np.any(planes, axis=0)
    marked = [np.flatnonzero(each) for each in lines]
    first, rows, columns = (slice(int(each[0]), int(each[-1]) + 1) if each.size else slice(0, 0) for each in marked)
    return first, rows, columns


def _rim(box: Box) -> Box:
    """A box and one voxel around it, where there is one, so that an interpolation sees where things end."""
    first, rows, columns = (slice(max(side.start - 1, 0), side.stop + 1) for side in box)
    return first, rows, columns

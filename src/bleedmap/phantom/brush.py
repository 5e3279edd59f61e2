"""Painting one body part at a time, only where it lies: most are far smaller than a head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bleedmap.phantom.anatomy.head import Head, Part
from bleedmap.phantom.fields import Array, ellipsoid, soft_step

Place = Sequence[float] | NDArray[np.floating]
"""(3,) MNI mm."""


@dataclass(frozen=True)
class Blob:
    """An ellipsoid with the box of the work grid that holds it.

    Args:
        part: the box.
        distance: (box) float32, distance from the centre in units of the radii.
    """

    part: Part
    distance: Array

    def share(self, softness: float, bulge: Array | float = 0.0) -> Array:
        """(box) 1 inside, 0 outside.

        Args:
            softness: half width of the edge, in units of the radii.
            bulge: added to the radii, in their own units, such as a field.
        """
        return soft_step(1 + bulge - self.distance, softness)


def blob(head: Head, centre: Place, radii: Place, *, margin: float = 1.4, yaw: float = 0.0) -> Blob:
    """An ellipsoid in MNI mm.

    Args:
        head: where it lies.
        centre: (3,) MNI mm.
        radii: (3,) mm.
        margin: how many radii the box reaches.
        yaw: turn about the vertical, degrees; above 0 the front turns to the left.
    """
    reach = np.full(3, max(radii)) if yaw else np.asarray(radii)
    part = head.part_around(centre, reach * margin)
    mni = head.mni[(slice(None), *part)]
    if not yaw:
        return Blob(part, ellipsoid(mni, centre, radii))
    c, s = np.float32(np.cos(np.radians(yaw))), np.float32(np.sin(np.radians(yaw)))
    x, y = mni[0] - np.float32(centre[0]), mni[1] - np.float32(centre[1])
    turned = np.stack([c * x + s * y, c * y - s * x, mni[2] - np.float32(centre[2])])
    return Blob(part, ellipsoid(turned, (0, 0, 0), radii))


def pair(head: Head, centre: Place, radii: Place, *, margin: float = 1.4, yaw: float = 0.0) -> Iterator[Blob]:
    """The same ellipsoid on the right and, mirrored, on the left."""
    x, y, z = centre
    yield blob(head, (x, y, z), radii, margin=margin, yaw=yaw)
    yield blob(head, (-x, y, z), radii, margin=margin, yaw=-yaw)


def paint(hu: Array, part: Part | None, share: Array, value: Array | float) -> None:
    """Mix a value into a box of ``hu``, in place, by its share of each voxel.

    Args:
        hu: (slices, rows, columns) float32.
        part: box; None for all.
        share: (box) float32, 0 to 1.
        value: HU, one or (box).
    """
    view = hu if part is None else hu[part]
    view += share * (np.asarray(value, dtype=np.float32) - view)

"""Geometry that no head has is refused where a scan comes in, for every later stage computes with its millimetres."""

import numpy as np

from bleedmap.errors import ScanError
from bleedmap.volumes.geometry import Geometry

PIXEL_MM = (0.05, 20.0)
"""Between the finest pixels of a temporal bone and the coarsest ones of a toy."""
GAP_MM = (0.05, 100.0)
"""Least median and greatest single gap between slices."""
LONGEST_MM = 1000.0
"""Greatest side of a picture, and greatest way from one slice to another: a gantry is no wider."""


def require_head(geometry: Geometry, shape: tuple[int, ...]) -> None:
    """Refuse pixels, pictures, gaps and stacks of a size that no scan of a head has.

    Args:
        geometry: slices from foot to head; pictures without mm pass.
        shape: (slices, rows, columns).

    Raises:
        ScanError: ``no-head-size``.
    """
    if not geometry.in_mm:
        return
    pixel = [float(np.linalg.norm(step)) for step in (geometry.row_step, geometry.column_step)]
    sides = [count * mm for count, mm in zip(shape[1:], pixel, strict=True)]
    length = float(np.linalg.norm(np.ptp(geometry.origins, axis=0)))
    gaps = np.abs(geometry.gaps)
    for what, low, high, (least, most) in (
        ("pixels", min(pixel), max(pixel), PIXEL_MM),
        ("pictures", min(sides), max(sides), (0.0, LONGEST_MM)),
        (
            "gaps between slices",
            float(np.median(gaps)) if gaps.size else GAP_MM[0],
            float(gaps.max(initial=0.0)),
            GAP_MM,
        ),
        ("a way from first to last slice", length, length, (0.0, LONGEST_MM)),
    ):
        if low < least or high > most:
            raise ScanError(
                "no-head-size",
                found=f"{what} of {low:.4g} to {high:.4g} mm",
                expected=f"{least:g} to {most:g} mm in a scan of a head",
                remedy="look for a wrong PixelSpacing, position or affine, or a slice of another place in the series",
            )

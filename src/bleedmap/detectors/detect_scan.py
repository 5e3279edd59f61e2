"""Points of one scan by any detector, in the scan's own slices and pixels."""

import pandas as pd

from bleedmap.components import load
from bleedmap.config.detectors import AnyDetector
from bleedmap.masks.mask_slices import MaskSlices
from bleedmap.slices.box import Box


def detect_scan(spec: AnyDetector, slices: MaskSlices, box: Box) -> pd.DataFrame:
    """Find points and bring them from the working grid to the scan.

    Args:
        spec: the detector.
        slices: all slices of the scan, from foot to head, with their maps.
        box: where the working grid lies in the scan.

    Returns:
        Columns slice, row, column (pixels of the scan, fractions allowed, 0 the centre of the first), class, score
        (value of the map as the saliency method gave it).
    """
    points: pd.DataFrame = load(spec).find_points(spec, slices)
    own = box.to_own_pixels(points[["row", "column"]].to_numpy(dtype=float), slices.hu.shape[1])
    return points.assign(row=own[:, 0], column=own[:, 1])

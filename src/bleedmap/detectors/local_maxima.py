"""Local maxima of saliency maps, those alone that stand out (Nemcek 2021; spec 3.6)."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage
from skimage.feature import peak_local_max
from skimage.morphology import h_maxima

from bleedmap.config.detectors import LocalMaximaSpec
from bleedmap.masks.mask_slices import MaskSlices


def find_points(spec: LocalMaximaSpec, slices: MaskSlices) -> pd.DataFrame:
    """Maxima of every class's map above the threshold that stand out as asked; the score is the value there.

    A flat top has one, its middle.

    Args:
        spec: threshold, distance and prominence.
        slices: slices of one scan with their maps.

    Returns:
        Columns slice, row, column, class, score, sorted by slice and class, the highest score first.
    """
    rows: list[tuple[int, float, float, str, float]] = []
    for target, name in enumerate(slices.classes):
        for number, values in enumerate(slices.absolute(target)):
            # skimage would drop peaks near the border unless told, and with them bleeds under the skull
            peaks = peak_local_max(
                values, min_distance=spec.min_distance, threshold_abs=spec.threshold, exclude_border=False
            )
            if spec.prominence and len(peaks):
                peaks = peaks[h_maxima(values, spec.prominence)[tuple(peaks.T)] > 0]
            middles = {_middle(values, row, column): float(values[row, column]) for row, column in peaks}
            rows += [(number, *middle, name, score) for middle, score in middles.items()]
    order = {name: place for place, name in enumerate(slices.classes)}
    rows.sort(key=lambda point: (point[0], order[point[3]], -point[4], point[1], point[2]))
    return pd.DataFrame(rows, columns=["slice", "row", "column", "class", "score"])


def _middle(values: NDArray[np.floating[Any]], row: int, column: int) -> tuple[float, float]:
    """Centroid of the pixels around a maximum that are as high as it, as between four pixels or at the map's border."""
    level, _ = ndimage.label(values == values[row, column])
    rows, columns = np.nonzero(level == level[row, column])
    return float(rows.mean()), float(columns.mean())

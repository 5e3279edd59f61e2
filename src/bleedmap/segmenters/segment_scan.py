"""Predicted mask of a whole scan."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.segmenters.labels import to_labels
from bleedmap.segmenters.probabilities import probabilities
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.each_scan import Turn, alone


def segment_scan(
    model: Segmenter,
    spec: AnySegmenter,
    hu: NDArray[np.int16] | NDArray[np.float16],
    brain: NDArray[np.bool_],
    voxel_ml: NDArray[np.float64] | None,
    turn: Turn = alone,
) -> NDArray[np.uint8]:
    """Labels of one scan on the working grid.

    Args:
        model: a trained segmenter.
        spec: what acts after training; the rest is the model's own.
        hu: (slices, size, size) HU.
        brain: (slices, size, size) bool.
        voxel_ml: (slices,) mL of one voxel of each slice; None where there are no mm.
        turn: in which the network is asked.

    Returns:
        (slices, size, size) uint8, 0 background, 1 hemorrhage, or 1 to 5 in the order of ``SUBTYPES``.
    """
    return to_labels(spec, probabilities(model, spec, hu, turn), brain, voxel_ml)

"""From labels to one mask a class: hemorrhage of any kind, and each subtype where both sides name subtypes."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import CLASSES, SUBTYPES, UNKNOWN_VOXEL
from bleedmap.errors import ScanError

ANY = CLASSES[0]


def scored_classes(predicted: Collection[str], *, truth_subtypes: bool) -> tuple[str, ...]:
    """Classes that a scan can be scored on, in the order of ``CLASSES``; ``any`` is always one of them.

    Args:
        predicted: classes that the prediction tells apart (attribute ``classes`` of its store).
        truth_subtypes: whether the truth names subtypes.
    """
    return (ANY, *(name for name in SUBTYPES if truth_subtypes and name in predicted))


def class_mask(labels: NDArray[np.integer] | NDArray[np.bool_], class_name: str) -> NDArray[np.bool_]:
    """Voxels of a class.

    Args:
        labels: any shape, 0 background, 1 hemorrhage or 1..5 in the order of ``SUBTYPES``.
        class_name: ``any`` for every voxel that is not background.
    """
    return np.asarray(labels != 0 if class_name == ANY else labels == SUBTYPES.index(class_name) + 1)


def check_known(prediction: NDArray[np.integer] | NDArray[np.bool_]) -> None:
    """Refuse a prediction with unknown voxels: only a mask to learn from may leave a voxel open."""
    if unknown := int(np.count_nonzero(prediction == UNKNOWN_VOXEL)):
        raise ScanError(
            code="unknown-prediction",
            found=f"{unknown} voxels of unknown class ({UNKNOWN_VOXEL}) in a prediction",
            expected="a class or background in every voxel",
            remedy="score a mask method that decides, or a segmenter that learned from this one",
        )

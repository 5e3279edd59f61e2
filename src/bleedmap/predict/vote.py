"""Several folds of a method as one: the mask is what most of them find, a probability is their mean."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.predict.member import GridFound

Number = TypeVar("Number", bound=np.floating)


def vote(found: Sequence[GridFound]) -> GridFound:
    """What the members find together; what one member finds, where there is one.

    Every fold keeps the threshold that was chosen for its own network. A voxel is hemorrhage if more than half of the
    folds say so; its subtype is the one with the most votes, the first in the order of ``SUBTYPES`` of equal ones.
    """
    if len(found) == 1:
        return found[0]
    labels = np.stack([np.where(each.labels == UNKNOWN_VOXEL, np.uint8(0), each.labels) for each in found])
    is_found = 2 * (labels > 0).sum(axis=0) > len(found)
    votes = np.stack([(labels == value).sum(axis=0) for value in range(1, 1 + int(labels.max(initial=1)))])
    kinds = (votes.argmax(axis=0) + 1).astype(np.uint8)
    return GridFound(
        labels=np.where(is_found, kinds, np.uint8(0)),
        probability=_mean([each.probability for each in found]),
        slice_probability=_mean([each.slice_probability for each in found]),
        mirrored=_mean([each.mirrored for each in found]),
    )


def _mean(parts: Sequence[NDArray[Number] | None]) -> NDArray[Number] | None:
    known = [part for part in parts if part is not None]
    return np.mean(known, axis=0, dtype=known[0].dtype) if known else None

"""Masks of one scan by any method: the slices that may hold a bleed are handed over, the others are background."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from bleedmap.components import load
from bleedmap.config.masks import AnyMask
from bleedmap.masks.mask_slices import Masks, MaskSlices
from bleedmap.masks.seeds import writes_seeds
from bleedmap.slices.neighbours import stack_neighbours
from bleedmap.volumes.intensity import require_hu_intensity

if TYPE_CHECKING:
    from bleedmap.classifiers.classifier import SliceClassifier


def mask_scan(
    spec: AnyMask, slices: MaskSlices, called: NDArray[np.bool_] | None, classifier: "SliceClassifier | None"
) -> Masks:
    """Masks of all slices of a scan.

    Args:
        spec: the mask method.
        slices: all slices of the scan, from foot to head; neighbours need not be given.
        called: (n,) bool, which slices may hold a bleed; None for all.
        classifier: the network that was explained; None for methods that read no saliency.

    Returns:
        Labels of all slices, 0 where not called; notes count slices from the foot.

    Raises:
        ScanError: ``needs-hu``: the method has HU levels and the scan is an MR scan or a picture.
    """
    if spec.NEEDS_HU:
        require_hu_intensity(slices, f"mask method {spec.method}")
    numbers = np.arange(len(slices.hu)) if called is None else np.flatnonzero(called)
    labels = np.zeros(slices.hu.shape, dtype=np.uint8)
    if not numbers.size:
        return Masks(labels, seeds=labels.copy() if writes_seeds(spec) else None)
    chosen = slices.only(numbers)
    if classifier is not None and chosen.context is None:
        chosen = replace(chosen, context=stack_neighbours(slices.hu, classifier.reach, numbers))
    made = cast("Masks", load(spec).make_masks(spec, chosen, classifier))
    labels[numbers] = made.labels
    notes = [{**note, "slice": int(numbers[int(note["slice"])])} for note in made.notes]
    return Masks(labels, notes, None if made.seeds is None else _all_slices(made.seeds, numbers, labels.shape))


def _all_slices(seeds: NDArray[np.uint8], numbers: NDArray[np.intp], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Seeds of all slices; one that holds no bleed is background throughout, and that is sure."""
    result = np.zeros(shape, dtype=np.uint8)
    result[numbers] = seeds
    return result

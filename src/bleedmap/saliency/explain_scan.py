"""Saliency maps of one scan, for every class: at the slices' size, in the brain alone, stretched once."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import AnySaliency
from bleedmap.saliency import explain_classes
from bleedmap.saliency.map_store import ScanMaps
from bleedmap.saliency.stretch import stretch
from bleedmap.slices.each_scan import Turn, alone, host_rows, to_device
from bleedmap.slices.neighbours import neighbours_of

BATCH = 32


def explain_scan(
    spec: AnySaliency,
    classifier: SliceClassifier,
    hu: NDArray[np.integer[Any]],
    brain: NDArray[np.bool_],
    turn: Turn = alone,
) -> ScanMaps:
    """Explain every slice of a scan, a batch at a time, on the classifier's device.

    Args:
        spec: the saliency method.
        classifier: the classifier it explains, in evaluation mode.
        hu: (n, H, W) int16 HU, all slices of the scan.
        brain: (n, H, W) bool brain mask.
        turn: in which the network is asked.

    Returns:
        Maps of all slices and classes.
    """
    count, size, classes = len(hu), hu.shape[1:], len(classifier.classes)
    device = next(classifier.parameters()).device
    maps = host_rows((count, classes, *size), torch.float16, device)
    low, high = (host_rows((count, classes), torch.float32, device) for _ in range(2))
    slices, inside = to_device(hu, device), to_device(brain, device)
    with turn():
        for start in range(0, count, BATCH):
            rows = slice(start, min(start + BATCH, count))
            places = to_device(neighbours_of(range(count)[rows], classifier.reach, count), device)
            every = explain_classes(spec, classifier, slices[places].float()) * inside[rows][:, None]
            # all classes of a batch arrive in one piece of memory, for a copy into scattered rows would be waited for
            for kept, values in zip((maps, low, high), stretch(every.flatten(0, 1)), strict=True):
                kept[rows].copy_(values.detach().reshape(kept[rows].shape), non_blocking=True)
    return ScanMaps(maps.numpy(), low.numpy(), high.numpy())

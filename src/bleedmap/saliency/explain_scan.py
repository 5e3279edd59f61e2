"""Saliency maps of one scan, for every class: at the slices' size, in the brain alone, stretched once."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import AnySaliency
from bleedmap.saliency import explain_classes
from bleedmap.saliency.map_store import ScanMaps
from bleedmap.saliency.stretch import stretch
from bleedmap.slices.neighbours import stack_neighbours

BATCH = 32


def explain_scan(
    spec: AnySaliency, classifier: SliceClassifier, hu: NDArray[np.integer[Any]], brain: NDArray[np.bool_]
) -> ScanMaps:
    """Explain every slice of a scan, a batch at a time, on the classifier's device.

    Args:
        spec: the saliency method.
        classifier: the classifier it explains, in evaluation mode.
        hu: (n, H, W) int16 HU, all slices of the scan.
        brain: (n, H, W) bool brain mask.

    Returns:
        Maps of all slices and classes.
    """
    count, (height, width), classes = len(hu), hu.shape[1:], len(classifier.classes)
    maps = np.zeros((count, classes, height, width), dtype=np.float16)
    low, high = np.zeros((count, classes), dtype=np.float32), np.zeros((count, classes), dtype=np.float32)
    device = next(classifier.parameters()).device
    for start in range(0, count, BATCH):
        rows = np.arange(start, min(start + BATCH, count))
        stacks = torch.from_numpy(stack_neighbours(hu, classifier.reach, rows)).to(device).float()
        inside = torch.from_numpy(brain[rows]).to(device)
        every = explain_classes(spec, classifier, stacks)
        for target in range(classes):
            stretched = stretch(every[:, target] * inside)
            maps[rows, target] = stretched.maps.detach().half().cpu().numpy()
            low[rows, target], high[rows, target] = _array(stretched.low), _array(stretched.high)
    return ScanMaps(maps, low, high)


def _array(values: Tensor) -> NDArray[np.float32]:
    return np.asarray(values.detach().cpu().numpy())

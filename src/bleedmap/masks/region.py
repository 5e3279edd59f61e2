"""The salient region that masks begin with: pixels above a share of the highest saliency (spec 2.3 step 1)."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.masks import RegionSpec
from bleedmap.masks import MaskSlices
from bleedmap.saliency.stretch import upsample

BATCH = 32


def salient_region(spec: RegionSpec, slices: MaskSlices, classifier: SliceClassifier) -> NDArray[np.bool_]:
    """Pixels of the brain above ``spec.above``.

    Maps reach 1 on every slice; with ``normalise: volume`` each is first scaled down by how much weaker the
    classifier's evidence for a bleed is there than on the scan's strongest slice.

    Args:
        spec: share, and of whose maximum.
        slices: slices of one scan.
        classifier: the network that was explained.

    Returns:
        (B, H, W) bool.
    """
    maps = slices.saliency
    if spec.normalise == "volume":
        peaks = in_batches(lambda rows: _peaks(classifier, slices.hu[rows], slices.brain[rows]), len(maps))
        highest = float(peaks.max())
        maps = maps * (peaks / (highest if highest > 0 else 1.0))[:, None, None]
    return np.asarray((maps > spec.above) & slices.brain)


def in_batches(function: Callable[[slice], NDArray[np.float32]], rows: int) -> NDArray[np.float32]:
    """A function of row ranges over all rows, a few at a time; memory holds one batch of network inputs."""
    parts = [function(slice(start, min(start + BATCH, rows))) for start in range(0, rows, BATCH)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def _peaks(classifier: SliceClassifier, hu: NDArray[np.int16], brain: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(B,) strongest evidence for a bleed inside the brain, on the network's own scale."""
    device = next(classifier.parameters()).device
    with torch.inference_mode():
        evidence = classifier.evidence(torch.from_numpy(hu).float().to(device)).relu()
        inside = upsample(evidence, (hu.shape[1], hu.shape[2])) * torch.from_numpy(brain).to(device)
        return np.asarray(inside.amax(dim=(1, 2)).cpu().numpy())

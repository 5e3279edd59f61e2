"""Class activation map: the evidence of the head's weights at every place of the feature map (Zhou 2016; spec 2.2)."""

import torch
from torch import Tensor

from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.saliency import CamSpec
from bleedmap.saliency.stretch import stretch, upsample


def explain(spec: CamSpec, model: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """CAM of a batch: ``mm(ReLU(sum_k w_k F_k))``, upsampled to the slice.

    Args:
        spec: nothing to choose.
        model: a trained classifier.
        hu: (B, H, W) float32 HU.
        target: 1 for evidence of a bleed, 0 for evidence against one.

    Returns:
        (B, H, W) float32 in [0, 1].
    """
    with torch.inference_mode():
        evidence = model.evidence(hu) * (1 if target else -1)
        return stretch(upsample(evidence.relu(), (hu.shape[1], hu.shape[2])))

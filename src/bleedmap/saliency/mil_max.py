"""Logits of places by a classifier that takes the highest of them (Nemcek 2021, equation 1; spec 3.4)."""

import torch
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.heads.max import Max
from bleedmap.config.saliency import MilMaxSpec
from bleedmap.errors import ConfigError
from bleedmap.saliency.receptive_centres import place_logit_maps


def explain(spec: MilMaxSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """The rectified logits h_k of a class, placed on the slice; where it is called, their highest is its logit.

    Args:
        spec: nothing to choose.
        classifier: one with head ``max``.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, H, W) float32, at least 0.

    Raises:
        ConfigError: ``no-max-head``.
    """
    return explain_classes(spec, classifier, hu)[:, target]


def explain_classes(spec: MilMaxSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W), in one pass."""
    if not isinstance(head := getattr(classifier, "head", None), Max):
        raise ConfigError(
            "no-max-head",
            found="saliency mil_max of a classifier whose logit is not that of its highest place",
            expected="a classifier with head: {pooling: max}",
            remedy="choose that head, or another saliency method such as cam",
        )
    with torch.no_grad():
        maps = classifier(hu).maps + head.bias[:, None, None]
    return place_logit_maps(classifier, hu, maps.float().relu())

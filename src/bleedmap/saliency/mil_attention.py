"""How much every place counts for a classifier with gated attention (Nemcek 2021, equation 3; spec 3.4)."""

import torch
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import MilAttentionSpec
from bleedmap.errors import ConfigError
from bleedmap.saliency.receptive_centres import place_logit_maps


def explain(spec: MilAttentionSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """The weights a_k of a slice's places, which sum to 1 before they are placed on the slice.

    Args:
        spec: nothing to choose.
        classifier: one with head ``attention``.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of a class; the map is the same for all.

    Returns:
        (B, H, W) float32 in [0, 1].

    Raises:
        ConfigError: ``no-attention``.
    """
    return explain_classes(spec, classifier, hu)[:, target]


def explain_classes(spec: MilAttentionSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same map for every class, (B, K, H, W), in one pass."""
    attention, _ = attended(classifier, hu)
    placed = place_logit_maps(classifier, hu, attention)
    return placed.expand(-1, len(classifier.classes), -1, -1)


def attended(classifier: SliceClassifier, hu: Tensor) -> tuple[Tensor, Tensor]:
    """Attention (B, 1, h, w) and logit maps without bias (B, K, h, w) of some slices, float32.

    Raises:
        ConfigError: ``no-attention``.
    """
    with torch.no_grad():
        output = classifier(hu)
    if output.attention is None or output.maps is None:
        raise ConfigError(
            "no-attention",
            found="saliency of a classifier whose head weighs no places",
            expected="a classifier with head: {pooling: attention}",
            remedy="choose that head, or another saliency method such as cam",
        )
    return output.attention.float(), output.maps.float()

"""What every place adds to the logit of a classifier with gated attention (Nemcek 2021, released code; spec 3.4)."""

from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import MilAttentionSignedSpec
from bleedmap.saliency.mil_attention import attended
from bleedmap.saliency.receptive_centres import place_logit_maps


def explain(spec: MilAttentionSignedSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """The rectified evidence ``ReLU(a_k w^T h_k)`` of a class, placed on the slice.

    Before it is rectified, its sum over places is the logit without bias.

    Args:
        spec: nothing to choose.
        classifier: one with head ``attention``.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, H, W) float32, at least 0.

    Raises:
        ConfigError: ``no-attention``.
    """
    return explain_classes(spec, classifier, hu)[:, target]


def explain_classes(spec: MilAttentionSignedSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W), in one pass."""
    attention, maps = attended(classifier, hu)
    return place_logit_maps(classifier, hu, (attention * maps).relu())

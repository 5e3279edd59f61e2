"""Class activation map: what the head's weights make of every place of the feature map (Zhou 2016; spec 2.2)."""

import torch
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import CamSpec
from bleedmap.errors import ConfigError
from bleedmap.saliency.place import place
from bleedmap.saliency.receptive_centres import logit_map_centres


def explain(spec: CamSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """The rectified logit map of a class, ``ReLU(sum_k w_k F_k)``, placed on the slice.

    Args:
        spec: nothing to choose.
        classifier: a trained classifier whose head makes logit maps.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, H, W) float32, at least 0.

    Raises:
        ConfigError: the classifier makes no logit maps.
    """
    return explain_classes(spec, classifier, hu)[:, target]


def explain_classes(spec: CamSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W), in one pass."""
    with torch.no_grad():
        maps = classifier(hu).maps
    if maps is None:
        raise ConfigError(
            "no-logit-maps",
            found="saliency cam of a classifier whose head makes no logit maps",
            expected="a head that gives each place of the feature map a logit, such as gap or lse",
            remedy="choose another head or another saliency method",
        )
    return place(maps.float().relu(), logit_map_centres(classifier, hu), (hu.shape[-2], hu.shape[-1]))

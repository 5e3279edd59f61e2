"""Class activation map: what the head's weights make of every place of the feature map (Zhou 2016; spec 2.2)."""

import torch
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import CamSpec
from bleedmap.errors import ConfigError


def explain(spec: CamSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """The rectified logit map of a class, ``ReLU(sum_k w_k F_k)``.

    Args:
        spec: nothing to choose.
        classifier: a trained classifier whose head makes logit maps.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, h, w) float32, at least 0.

    Raises:
        ConfigError: the classifier makes no logit maps.
    """
    with torch.no_grad():
        maps = classifier(hu).maps
    if maps is None:
        raise ConfigError(
            "no-logit-maps",
            found="saliency cam of a classifier whose head makes no logit maps",
            expected="a head that gives each place of the feature map a logit, such as gap or lse",
            remedy="choose another head or another saliency method",
        )
    chosen: Tensor = maps[:, target].float().relu()
    return chosen

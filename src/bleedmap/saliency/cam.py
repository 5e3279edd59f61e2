"""Class activation map: what the head's weights make of every place of the feature map (Zhou 2016; spec 2.2).

Of log-sum-exp pooling it is the paper's heatmap: Grad-CAM at the input of the pooling, for whose gradient sums to one
in each map, without a backward pass (paper 003; spec 4.7).
"""

from typing import cast

import torch
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.heads.logit_maps import LogitMapHead
from bleedmap.config.saliency import CamSpec
from bleedmap.errors import ConfigError
from bleedmap.saliency.receptive_centres import place_logit_maps


def explain(spec: CamSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """The rectified logit map of a class, ``ReLU(sum_k w_k F_k)``, placed on the slice.

    Args:
        spec: whether places count by their share in the logit.
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
    if spec.elementwise:
        maps = maps * _shares(classifier, maps)
    return place_logit_maps(classifier, hu, maps.float().relu())


def _shares(classifier: SliceClassifier, maps: Tensor) -> Tensor:
    """(B, K, h, w) derivative of each pooled map by its places, in a mean of one; nothing before the head is asked."""
    with torch.inference_mode(False), torch.enable_grad():
        places = maps.detach().clone().requires_grad_()
        (shares,) = torch.autograd.grad(cast("LogitMapHead", classifier.head).pool(places).sum(), places)
    return shares * (maps.shape[2] * maps.shape[3])

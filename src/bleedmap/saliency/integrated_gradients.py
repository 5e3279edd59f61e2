"""Integrated gradients: the gradient at the input along the way from a black image (Sundararajan 2017; spec 4.7)."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import IntegratedGradientsSpec
from bleedmap.saliency.at_input import input_gradients, size
from bleedmap.saliency.gradients import in_parts


def explain(spec: IntegratedGradientsSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """Sum over the input channels of the size of each one's share in a class's logit.

    Args:
        spec: steps on the way, and how many of them go through the network at once.
        classifier: any.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, H, W) float32, at least 0.
    """
    return _explain(spec, classifier, hu, [target])[:, 0]


def explain_classes(spec: IntegratedGradientsSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W), from one forward pass a step and a backward pass each."""
    return _explain(spec, classifier, hu, range(len(classifier.classes)))


def shares(
    spec: IntegratedGradientsSpec, classifier: SliceClassifier, one: Tensor, targets: Sequence[int]
) -> list[Tensor]:
    """What each input of a slice adds to the logits: ``x_i`` times the mean of the gradient from 0 to x.

    Their sum is the logit less that of a black image, but for what a sum over steps differs from the integral
    (Gauss-Legendre).

    Args:
        spec: as for ``explain``.
        classifier: any.
        one: (1, 2 reach + 1, H, W) HU of one slice.
        targets: indices of K classes.

    Returns:
        K tensors, (1, C, H, W).
    """
    nodes, weights = (torch.from_numpy(each).to(one) for each in np.polynomial.legendre.leggauss(spec.steps))
    found = [one.new_zeros(())] * len(targets)
    for start in range(0, spec.steps, spec.internal_batch):
        part = slice(start, start + spec.internal_batch)
        scale, weight = (nodes[part] + 1) / 2, weights[part] / 2
        images, gradients = input_gradients(classifier, one.expand(len(scale), -1, -1, -1), targets, scale)
        found = [sum_ + torch.einsum("s,schw->chw", weight, each) for sum_, each in zip(found, gradients, strict=True)]
    return [images[:1] * each for each in found]


def _explain(spec: IntegratedGradientsSpec, classifier: SliceClassifier, hu: Tensor, targets: Sequence[int]) -> Tensor:
    return in_parts(lambda one: size(shares(spec, classifier, one, targets)), hu, len(targets), at_once=1)

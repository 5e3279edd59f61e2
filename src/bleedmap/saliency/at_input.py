"""Gradients of classes at what a network is given: the windows of a slice and its neighbours, as channels."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.saliency.gradients import logits_for, run_frozen


def input_gradients(
    classifier: SliceClassifier, hu: Tensor, targets: Sequence[int], scale: Tensor | None = None
) -> tuple[Tensor, list[Tensor]]:
    """The images that the network is given, and the gradient of the logit of each class there.

    Windows are not differentiated: at a value that a window cuts off they have no gradient, and the network has one.

    Args:
        classifier: any with a ``backbone``, or a plain network.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        targets: indices of K classes.
        scale: (B,) factors on the images, at which the gradients are then taken; None: at the images themselves.

    Returns:
        (B, C, H, W) images, not scaled, and K gradients of the same shape.
    """
    seen: list[Tensor] = []

    def begin(_: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
        images = given[0].detach()
        starts = images.clone() if scale is None else images * scale[:, None, None, None]
        seen.extend((images, starts.requires_grad_()))
        # what follows may work in place
        return (starts.clone(), *given[1:])

    handle = _first_part(classifier).register_forward_pre_hook(begin)
    try:
        logits = logits_for(run_frozen(classifier, hu))
    finally:
        handle.remove()
    images, starts = seen
    return images, [
        torch.autograd.grad(logits[:, target].sum(), starts, retain_graph=target != targets[-1])[0]
        for target in targets
    ]


def size(gradients: Sequence[Tensor]) -> Tensor:
    """(B, K, H, W) sum over the channels of the sizes of K (B, C, H, W) gradients."""
    return torch.stack([each.abs().sum(dim=1) for each in gradients], dim=1)


def _first_part(classifier: nn.Module) -> nn.Module:
    part = classifier.backbone if hasattr(classifier, "backbone") else classifier.network
    return cast("nn.Module", part)

"""Grad-CAM: channels of a feature map, each weighed by the mean of its gradient (Selvaraju 2017; spec 1.6, 4.7)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import GradCamSpec
from bleedmap.saliency.gradients import in_parts, logits_for, run_frozen
from bleedmap.saliency.layers import Layer, beginning_at
from bleedmap.saliency.place import place


def explain(spec: GradCamSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """``ReLU(sum_k a_k F_k)``, a_k the mean over places of the gradient of a class's logit at channel k of F.

    Args:
        spec: the layer that gives F.
        classifier: any.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, H, W) float32, at least 0, placed on the slice.

    Raises:
        BleedmapError: ``no-layer``, ``no-feature-map``.
    """
    return _explain(spec, classifier, hu, [target])[:, 0]


def explain_classes(spec: GradCamSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W), from one forward pass and a backward pass each, down to the layer."""
    return _explain(spec, classifier, hu, range(len(classifier.classes)))


def _explain(spec: GradCamSpec, classifier: SliceClassifier, hu: Tensor, targets: Sequence[int]) -> Tensor:
    layer, size = Layer.find(classifier, spec.layer), (hu.shape[2], hu.shape[3])

    def explain_part(part: Tensor) -> Tensor:
        with beginning_at(layer) as seen:
            logits = logits_for(run_frozen(classifier, part))
        features = layer.channels_first(seen[-1].detach(), size)
        maps = []
        for target in targets:
            (gradient,) = torch.autograd.grad(logits[:, target].sum(), seen[-1:], retain_graph=target != targets[-1])
            weights = layer.channels_first(gradient, size).mean(dim=(2, 3), keepdim=True)
            maps.append((weights * features).sum(dim=1).relu())
        centres = layer.centres(part, (features.shape[2], features.shape[3]))
        return place(torch.stack(maps, dim=1), centres, size)

    return in_parts(explain_part, hu, len(targets))

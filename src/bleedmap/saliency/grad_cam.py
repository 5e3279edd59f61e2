"""Grad-CAM: channels of a feature map, each weighed by the mean of its gradient (Selvaraju 2017; spec 1.6, 4.7)."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.names import nearest
from bleedmap.config.saliency import GradCamSpec
from bleedmap.errors import BleedmapError
from bleedmap.saliency.gradients import in_parts, logits_for, run_frozen


def explain(spec: GradCamSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """``ReLU(sum_k a_k F_k)``, a_k the mean over places of the gradient of a class's logit at channel k of F.

    Args:
        spec: the layer that gives F.
        classifier: any.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, h, w) float32, at least 0, of the feature map's size.

    Raises:
        BleedmapError: ``no-layer``, ``no-feature-map``.
    """
    return _explain(spec, classifier, hu, [target])[:, 0]


def explain_classes(spec: GradCamSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, h, w), from one forward pass and a backward pass each, down to the layer."""
    return _explain(spec, classifier, hu, range(len(classifier.classes)))


def _explain(spec: GradCamSpec, classifier: SliceClassifier, hu: Tensor, targets: Sequence[int]) -> Tensor:
    name = _layer(classifier, spec.layer)
    is_channels_last = _is_channels_last(classifier, name)

    def explain_part(part: Tensor) -> Tensor:
        with _watch(classifier.get_submodule(name)) as seen:
            logits = logits_for(run_frozen(classifier, part))
        features = _feature_map(seen, name, may_be_tokens=is_channels_last)
        channels = -1 if is_channels_last else 1
        maps = []
        for target in targets:
            (gradient,) = torch.autograd.grad(logits[:, target].sum(), [features], retain_graph=target != targets[-1])
            places = tuple({*range(1, features.ndim)} - {channels % features.ndim})
            weighed = gradient.mean(dim=places, keepdim=True) * features.detach()
            maps.append(_on_a_grid(weighed.sum(dim=channels).relu(), part))
        return torch.stack(maps, dim=1)

    return in_parts(explain_part, hu, len(targets))


@contextmanager
def _watch(layer: nn.Module) -> Iterator[list[Tensor]]:
    """What a layer gives each time that it is asked; the graph begins there, so nothing before it has a gradient."""
    seen: list[Tensor] = []

    def hook(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> Tensor:
        if not isinstance(output, Tensor):
            return output
        seen.append(output.detach().requires_grad_())
        # what follows may work in place
        return seen[-1].clone()

    handle = layer.register_forward_hook(hook)
    try:
        yield seen
    finally:
        handle.remove()


def _layer(network: nn.Module, ending: str) -> str:
    """Dotted name of the last module that is called so."""
    names: list[str] = [name for name, _ in network.named_modules() if name]
    found = [name for name in names if f".{name}".endswith(f".{ending}")]
    if not found:
        raise BleedmapError(
            "no-layer",
            found=f"layer {ending!r}",
            expected="the name of a module of the network, or the end of its dotted name",
            remedy=f"correct it: {nearest(ending, {part for name in names for part in name.split('.')})[:200]}",
        )
    return found[-1]


def _is_channels_last(network: nn.Module, name: str) -> bool:
    """Whether a layer stands inside a network that says so of itself, as Swin and its kin do."""
    parts = name.split(".")
    above = [network.get_submodule(".".join(parts[:depth])) for depth in range(len(parts))]
    return any(getattr(module, "output_fmt", None) == "NHWC" for module in above)


def _feature_map(seen: list[Tensor], name: str, *, may_be_tokens: bool) -> Tensor:
    """What the layer gave last; in a network with channels last it may be a row of tokens.

    Raises:
        BleedmapError: ``no-feature-map``.
    """
    if seen and (seen[-1].ndim == 4 or (seen[-1].ndim == 3 and may_be_tokens)):
        return seen[-1]
    raise BleedmapError(
        "no-feature-map",
        found=f"layer {name}, which gives {f'shape {tuple(seen[-1].shape)}' if seen else 'no tensor'}",
        expected="a feature map",
        remedy="name another layer",
    )


def _on_a_grid(maps: Tensor, images: Tensor) -> Tensor:
    """(B, h, w) maps; a row of tokens is cut into as many lines as the image's shape asks for."""
    if maps.ndim == 3:
        return maps
    rows = round(math.sqrt(maps.shape[1] * images.shape[2] / images.shape[3]))
    return maps.reshape(len(maps), rows, -1)

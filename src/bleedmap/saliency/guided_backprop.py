"""Guided backpropagation: the gradient at the input, of which each ReLU lets through what is positive (spec 4.7).

Springenberg 2015. A ReLU is replaced while the network runs, by its function and not in the module, so nothing of the
network has to be put back.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import GuidedBackpropSpec
from bleedmap.errors import BleedmapError
from bleedmap.saliency.at_input import input_gradients, size
from bleedmap.saliency.gradients import in_parts

RELUS = frozenset((F.relu, torch.relu, Tensor.relu))
# what else stands between layers; there the method has nothing to say, and would give a part of the plain gradient
OTHERS = frozenset((F.gelu, F.silu, F.mish, F.hardswish, F.leaky_relu, F.elu, F.celu, F.selu, F.prelu))


def explain(spec: GuidedBackpropSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """Sum over the input channels of the size of the guided gradient of a class's logit.

    Args:
        spec: how many slices go through the network at once.
        classifier: one whose activations are all ReLU, such as a ResNet or DenseNet.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, H, W) float32, at least 0.

    Raises:
        BleedmapError: ``not-relu``.
    """
    return _explain(spec, classifier, hu, [target])[:, 0]


def explain_classes(spec: GuidedBackpropSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W), from one forward pass and a backward pass each."""
    return _explain(spec, classifier, hu, range(len(classifier.classes)))


def _explain(spec: GuidedBackpropSpec, classifier: SliceClassifier, hu: Tensor, targets: Sequence[int]) -> Tensor:
    def explain_part(part: Tensor) -> Tensor:
        with _Guided() as guided:
            gradients = input_gradients(classifier, part, targets)[1]
        if guided.others or not guided.relus:
            raise BleedmapError(
                "not-relu",
                found=f"a network with {', '.join(sorted(guided.others)) or 'no'} activations",
                expected="one whose activations are all ReLU, the only ones that guided_backprop is defined for",
                remedy="choose such a network, for example a ResNet or DenseNet, or saliency input_gradient",
            )
        return size(gradients)

    return in_parts(explain_part, hu, len(targets), at_once=spec.internal_batch)


class _Guided(TorchFunctionMode):
    """While it is on, each ReLU is a ``_GuidedRelu``; it counts them and names what else it meets."""

    def __init__(self) -> None:
        super().__init__()
        self.relus = 0
        self.others: set[str] = set()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """Called by torch in place of each of its functions."""
        if func in RELUS:
            self.relus += 1
            return _GuidedRelu.apply(args[0])
        if func in OTHERS:
            self.others.add(func.__name__)
        return func(*args, **(kwargs or {}))


class _GuidedRelu(torch.autograd.Function):
    """ReLU whose backward pass drops what is negative, of its input as of the gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(x > 0)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # noqa: ANN401
        is_on: Tensor
        (is_on,) = ctx.saved_tensors
        return gradient.clamp(min=0) * is_on

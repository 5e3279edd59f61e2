"""Where the cells of a network's feature map lie in its image, measured on the network itself."""

import copy
from collections.abc import Callable
from typing import Any, cast
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.saliency.centres import Axis, Centres
from bleedmap.saliency.place import place
from bleedmap.saliency.plain_network import PlainNetwork, feature_map
from bleedmap.saliency.positive_pass import TINY, PositivePass
from bleedmap.saliency.swin.patches import swin_in, token_centres

Ask = Callable[[Any, Tensor], Tensor]
Key = tuple[Ask, tuple[int, ...]]

# A strip keeps the image's remainder of PERIOD, on which the padding of some networks depends, and is long enough for
# the receptive field of the deepest ones. STEP is a multiple of the strides that there are.
PERIOD, ACROSS, STEP = 64, 128, 896
BRIGHT = 4096.0  # HU above any window's, so that nothing is black

_measured: WeakKeyDictionary[nn.Module, dict[Key, tuple[int, Centres]]] = WeakKeyDictionary()


def logit_map_centres(classifier: SliceClassifier | PlainNetwork, hu: Tensor) -> Centres:
    """Centres of the cells of a classifier's logit maps of (B, 2 reach + 1, H, W) slices."""
    if (swin := swin_in(classifier)) is not None:
        return token_centres(swin, None, (hu.shape[2], hu.shape[3]))
    if isinstance(classifier, PlainNetwork):
        return receptive_centres(classifier.network, tuple(hu.shape[1:]), feature_map)
    return receptive_centres(classifier, tuple(hu.shape[1:]), _logit_maps)


def place_logit_maps(classifier: SliceClassifier | PlainNetwork, hu: Tensor, maps: Tensor) -> Tensor:
    """(B, K, h, w) values of the cells of a classifier's logit maps, placed on its (B, 2 reach + 1, H, W) slices."""
    return place(maps, logit_map_centres(classifier, hu), (hu.shape[2], hu.shape[3]))


def _logit_maps(classifier: SliceClassifier, hu: Tensor) -> Tensor:
    return cast("Tensor", classifier(hu).maps)


def receptive_centres(network: nn.Module, shape: tuple[int, ...], ask: Ask) -> Centres:
    """Centres of the cells of a feature map, measured once for a network, its weights and a size of its images.

    A cell lies where what reaches it comes from: at the centroid of the sum of all paths from a pixel to the cell, each
    the product of the sizes of its weights. That is one backward pass through a copy of the network in which every
    weight is positive (see ``positive_pass``), so that nothing cancels and no image has a say. Networks that take any
    size are asked about a long strip, that the receptive field meets no border; the others about their own size.

    Args:
        network: not changed.
        shape: channels, rows and columns of the images.
        ask: (network, (1, *shape) images) to (1, c, h, w) features or maps; a function of a module, for its results
            are remembered by it.
    """
    known = _measured.setdefault(network, {})
    version = sum(0 if each.is_inference() else each._version for each in network.parameters())
    if known.get((ask, shape), (None,))[0] != version:
        known[ask, shape] = version, _measure(network, shape, ask)
    return known[ask, shape][1]


def _measure(network: nn.Module, shape: tuple[int, ...], ask: Ask) -> Centres:
    # on the CPU, so that a map lies at the same place on every device
    with torch.inference_mode(False), torch.enable_grad(), torch.autocast("cpu", enabled=False):
        positive = _positive(network)
        channels, *size = shape
        axes = [_axis(positive, ask, channels, (size[number], size[1 - number]), -2 + number) for number in (0, 1)]
    return Centres(*axes)


def _positive(network: nn.Module) -> nn.Module:
    """A copy whose weights are all positive, without biases; layers let through as much as they do where signs vary."""
    made = copy.deepcopy(network).cpu().float().eval().requires_grad_(False)
    for name, weights in made.named_parameters():
        if name.endswith("bias"):
            weights.zero_()
        elif weights.ndim < 2:
            weights.abs_()
        else:
            each = weights.abs().flatten(1)
            share = each.norm(dim=1, keepdim=True) / each.sum(dim=1, keepdim=True).clamp(min=TINY)
            weights.copy_((each * share).reshape(weights.shape))
    return made


def _axis(network: nn.Module, ask: Ask, channels: int, lengths: tuple[int, int], axis: int) -> Axis:
    """Centres along one axis; ``lengths`` are the image's along it and across."""
    along, across = (length % PERIOD + ACROSS for length in lengths)
    try:
        image, features = _pass(network, ask, channels, (along + STEP, across), axis)
        fewer = _pass(network, ask, channels, (along, across), axis)[1].shape[axis]
        stride = float(round(STEP / (features.shape[axis] - fewer)))
    except (AssertionError, RuntimeError, ValueError, ZeroDivisionError):
        # one size alone is taken, which is made of whole cells then
        image, features = _pass(network, ask, channels, lengths, axis)
        stride = lengths[0] / features.shape[axis]
    cells = features.shape[axis]
    middle = torch.tensor(sorted({(cells - 1) // 2, cells // 2}))
    (gradient,) = torch.autograd.grad(features.index_select(axis, middle).sum(), image)
    return Axis(round(_centroid(gradient, axis) - stride * (cells - 1) / 2, 2), stride)


def _pass(network: nn.Module, ask: Ask, channels: int, lengths: tuple[int, int], axis: int) -> tuple[Tensor, Tensor]:
    """A white image of ``lengths`` along an axis and across, and its features."""
    size = lengths if axis == -2 else lengths[::-1]
    image = torch.full((1, channels, *size), BRIGHT, device="cpu", requires_grad=True)
    with PositivePass():
        return image, ask(network, image * 1)


def _centroid(gradient: Tensor, axis: int) -> float:
    """Pixel along an axis around which a gradient lies; what half of the pixels have is no place's own."""
    profile = gradient.double().abs().movedim(axis, 0).flatten(1).sum(1)
    profile = (profile - profile.median()).clamp(min=0)
    if not profile.sum() > 0:
        return (len(profile) - 1) / 2  # nothing reaches the cell: one place is as good as another
    pixels = torch.arange(len(profile))
    return cast("float", ((profile * pixels).sum() / profile.sum()).item())

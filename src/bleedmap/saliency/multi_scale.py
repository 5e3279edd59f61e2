"""Maps of a slice at several sizes, averaged: small bleeds show in large pictures, whole ones in small (spec 5.3).

Liu et al. 2022, equation 3.
"""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from bleedmap import saliency
from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import MultiScaleSpec
from bleedmap.saliency.centres import Centres, patch_centres
from bleedmap.saliency.for_scale import for_scale
from bleedmap.saliency.place import place

TINY = 1e-30


def explain(spec: MultiScaleSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """Mean over the scales of the rectified map of the resized slice, brought back to the slice's size.

    Args:
        spec: the method that is asked, and the scales.
        classifier: a trained classifier.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, H, W) float32, at least 0.

    Raises:
        BleedmapError: ``one-size``: the network cannot be shown slices of another size.
    """
    return _mean(spec, classifier, hu, lambda network, resized: saliency.explain(spec.of, network, resized, target))


def explain_classes(spec: MultiScaleSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W)."""
    return _mean(spec, classifier, hu, lambda network, resized: saliency.explain_classes(spec.of, network, resized))


def _mean(
    spec: MultiScaleSpec, classifier: SliceClassifier, hu: Tensor, ask: Callable[[nn.Module, Tensor], Tensor]
) -> Tensor:
    own = (hu.shape[2], hu.shape[3])
    maps = [_at(scale, classifier, hu, own, ask) for scale in spec.scales]
    if spec.normalise:
        maps = [each / each.amax(dim=(-2, -1), keepdim=True).clamp(min=TINY) for each in maps]
    total = maps[0]
    for each in maps[1:]:
        total = total + each
    return total / len(maps)


def _at(
    scale: float,
    classifier: SliceClassifier,
    hu: Tensor,
    own: tuple[int, int],
    ask: Callable[[nn.Module, Tensor], Tensor],
) -> Tensor:
    """Maps of the slices at one scale, on the slices' own pixels."""
    rows, columns = (max(1, round(side * scale)) for side in own)
    if (rows, columns) == own or not len(hu):
        return ask(classifier, hu)
    resized = F.interpolate(hu, size=(rows, columns), mode="bilinear", antialias=True)
    maps = ask(for_scale(classifier, scale), resized)
    return place(maps, Centres(patch_centres(own[0] / rows).rows, patch_centres(own[1] / columns).columns), own)

"""Saliency methods, one a file, named as ``method`` in the config.

- ``cam``: the logit map of a class; ``flips``: another method, asked about a slice and about its mirror image;
- ``stretch``: maps to the size of the slice and to [0, 1];
- ``explain_scan``: stretched maps of one scan; ``explain_shard``: of all scans of a store; ``map_store``: read back;
- ``plain_network``: a timm network without windows or heads of this project, for ``bleedmap.maps``.

Each method's module has ``explain(spec, classifier, hu, target)``: raw maps of a batch, at their own resolution,
nowhere negative, the same whatever batch a slice came in. Size, brain and range are the stage's business.
"""

from typing import TYPE_CHECKING, Any, cast

from bleedmap.components import load
from bleedmap.config.saliency import AnySaliency

if TYPE_CHECKING:
    from torch import Tensor


def explain(spec: AnySaliency, classifier: Any, hu: "Tensor", target: int) -> "Tensor":  # noqa: ANN401
    """Raw maps by the method that a config names.

    Args:
        spec: the method.
        classifier: a ``SliceClassifier``, or what answers like one.
        hu: (B, 2 reach + 1, H, W) float32 HU, on the classifier's device.
        target: index into ``classifier.classes``.

    Returns:
        (B, h, w) float32, at least 0.
    """
    return cast("Tensor", load(spec).explain(spec, classifier, hu, target))

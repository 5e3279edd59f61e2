"""Saliency methods, one a file, named as ``method`` in the config.

- ``cam``: the logit map of a class; ``flips``: another method, asked about a slice and about its mirror image;
- ``multi_scale``: another method, asked about a slice at several sizes; ``for_scale``: networks for these sizes;
- ``grad_cam``: channels of any layer's feature map, weighed by their gradient;
- ``input_gradient``: the gradient at each pixel; ``guided_backprop``: its positive paths; ``integrated_gradients``: its
  mean on the way from a black image; ``at_input``: what the three share;
- ``self_attention``: what a Swin transformer attends to; ``hgi_sam``: what it attends to for a class;
- ``mil_max``: the logit of every place, where the highest is the slice's; ``mil_attention``: how much every place
  counts; ``mil_attention_signed``: what every place adds;
- ``swin/``: what both read of the transformer; ``gradients``: what methods that look into a network share;
- ``layers``: a layer by its name, its feature map, and where that lies;
- ``receptive_centres``: where the cells of a network's map lie in its image; ``positive_pass``: how that is measured;
- ``centres``: those of each axis; ``place``: maps on the pixels of the slice; ``stretch``: in [0, 1];
- ``explain_scan``: stretched maps of one scan; ``explain_shard``: of all scans of a store; ``map_store``: read back;
- ``plain_network``: a network without windows or heads of this project, for ``bleedmap.maps``.

Each method's module has ``explain(spec, classifier, hu, target)``: raw maps of a batch, placed on the slices' own
pixels, nowhere negative, the same whatever batch a slice came in. Brain and range are the stage's business. A method
that has the maps of all classes from one pass of the network may also have ``explain_classes(spec, classifier, hu)``.
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
        (B, H, W) float32, at least 0, on the slices' own pixels.
    """
    return cast("Tensor", load(spec).explain(spec, classifier, hu, target))


def explain_classes(spec: AnySaliency, classifier: Any, hu: "Tensor") -> "Tensor":  # noqa: ANN401
    """Raw maps of every class, in one pass where the method can.

    Args:
        spec: the method.
        classifier: a ``SliceClassifier``, or what answers like one.
        hu: (B, 2 reach + 1, H, W) float32 HU, on the classifier's device.

    Returns:
        (B, K, H, W) float32, at least 0, on the slices' own pixels.
    """
    import torch  # noqa: PLC0415  the table of contents of a family costs nothing to import

    module = load(spec)
    if hasattr(module, "explain_classes"):
        return cast("Tensor", module.explain_classes(spec, classifier, hu))
    targets = range(len(classifier.classes))
    return torch.stack([module.explain(spec, classifier, hu, target) for target in targets], dim=1)

"""Self-attention map (SAM): how much a Swin transformer attends to every token (Rasoulian 2022; spec 1.6)."""

from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import SelfAttentionSpec
from bleedmap.saliency.gradients import in_parts, run_frozen
from bleedmap.saliency.swin.fuse import fuse
from bleedmap.saliency.swin.watch import watch


def explain(spec: SelfAttentionSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """Attention that tokens receive, mean over queries and heads, fused over blocks and stages.

    Args:
        spec: stages.
        classifier: one with a Swin transformer.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of a class; the map is the same for all.

    Returns:
        (B, H, W) float32 in [0, 1].

    Raises:
        BleedmapError: the classifier holds no Swin transformer, or one of its stages cannot tell tokens apart.
    """
    return explain_classes(spec, classifier, hu)[:, target]


def explain_classes(spec: SelfAttentionSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same map for every class, (B, K, H, W), from one forward pass without gradients."""
    count, size = len(classifier.classes), (hu.shape[2], hu.shape[3])

    def explain_part(part: Tensor) -> Tensor:
        with watch(classifier, spec.stages) as attention:
            run_frozen(classifier, part)
        maps = fuse(attention, lambda block: block.as_map(None, roll_unshifted=spec.roll_unshifted), size)
        return maps[:, None].expand(-1, count, -1, -1)

    return in_parts(explain_part, hu, count)

"""Head-wise gradient-infused self-attention map (HGI-SAM; Rasoulian 2023, equation 2; spec 1.5)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import HgiSamSpec
from bleedmap.saliency.gradients import in_parts, logits_for, run_frozen
from bleedmap.saliency.swin.block import BlockAttention
from bleedmap.saliency.swin.fuse import fuse
from bleedmap.saliency.swin.watch import watch


def explain(spec: HgiSamSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """Attention that tokens receive, each head weighed by the norm of its gradient, fused over blocks and stages.

    Args:
        spec: stages, where the gradient is taken, and over what its norm.
        classifier: one with a Swin transformer.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class whose logit is asked.

    Returns:
        (B, H, W) float32 in [0, 1].

    Raises:
        BleedmapError: the classifier holds no Swin transformer, or one of its stages cannot tell tokens apart.
    """
    return _explain(spec, classifier, hu, [target])[:, 0]


def explain_classes(spec: HgiSamSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W), from one forward pass and a backward pass each."""
    return _explain(spec, classifier, hu, range(len(classifier.classes)))


def _explain(spec: HgiSamSpec, classifier: SliceClassifier, hu: Tensor, targets: Sequence[int]) -> Tensor:
    size = (hu.shape[2], hu.shape[3])

    def explain_part(part: Tensor) -> Tensor:
        with watch(classifier, spec.stages, spec.grad_at) as attention:
            logits = logits_for(run_frozen(classifier, part))
            maps = []
            for target in targets:
                attention.ask(logits[:, target].sum(), again=target != targets[-1])
                maps.append(fuse(attention, lambda block: block.as_map(_strength(spec, block)), size))
        return torch.stack(maps, dim=1)

    return in_parts(explain_part, hu, len(targets))


def _strength(spec: HgiSamSpec, block: BlockAttention) -> Tensor:
    """(B, windows or 1, heads) norm of the gradient of each head."""
    squares = block.squares if spec.norm_scope == "window" else block.squares.sum(dim=1, keepdim=True)
    return squares.sqrt()

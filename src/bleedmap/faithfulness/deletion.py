"""Deletion: what a map marks is taken away, the most salient first (Petsiuk 2018, RISE, section 4.2)."""

from torch import Tensor

from bleedmap.faithfulness.curve import Probability, area
from bleedmap.faithfulness.order import ranks


def deletion(
    probability: Probability,
    images: Tensor,
    plain: Tensor,
    maps: Tensor,
    inside: Tensor,
    *,
    steps: int,
    seed: int = 0,
    batch: int = 32,
) -> Tensor:
    """Area below the probability while the brain is deleted; low where a map finds what the classifier needs.

    Args:
        probability: (B, C, H, W) pictures to (B,) probabilities of the class.
        images: (B, C, H, W) slices.
        plain: (B, C, H, W) the same with the brain deleted.
        maps: (B, H, W) saliency, at least 0.
        inside: (B, H, W) bool, the brain: nothing else is deleted.
        steps: in which it is.
        seed: of the order among pixels of equal saliency.
        batch: pictures at a time.

    Returns:
        (B,) float64 in [0, 1]; NaN without a brain.
    """
    return area(probability, images, plain, ranks(maps, inside, seed), inside, steps=steps, batch=batch)

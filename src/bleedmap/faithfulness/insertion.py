"""Insertion: what a map marks is put into an empty slice, the most salient first (Petsiuk 2018, RISE, section 4.2)."""

from torch import Tensor

from bleedmap.faithfulness.curve import Probability, area
from bleedmap.faithfulness.order import ranks


def insertion(
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
    """Area below the probability while the brain is inserted; high where a map finds what suffices the classifier.

    Args:
        probability: (B, C, H, W) pictures to (B,) probabilities of the class.
        images: (B, C, H, W) slices.
        plain: (B, C, H, W) the same with the brain deleted.
        maps: (B, H, W) saliency, at least 0.
        inside: (B, H, W) bool, the brain: nothing else is inserted.
        steps: in which it is.
        seed: of the order among pixels of equal saliency.
        batch: pictures at a time.

    Returns:
        (B,) float64 in [0, 1]; NaN without a brain.
    """
    return area(probability, plain, images, ranks(maps, inside, seed), inside, steps=steps, batch=batch)

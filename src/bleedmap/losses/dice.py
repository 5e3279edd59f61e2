"""Dice loss over a whole batch (spec 2.4)."""

from torch import Tensor

from bleedmap.losses.whole_batch import whole

EPSILON = 1e-5  # keeps the Dice loss of two empty masks at zero (spec 2.4)


def dice_loss(found: Tensor, drawn: Tensor) -> Tensor:
    """Mean over classes of ``1 - (2 sum(p y) + e) / (sum p + sum y + e)``, sums over all voxels of the batch.

    MONAI's Dice loss is the same, but of what one process has: a mean of Dice losses is not the Dice loss of all.

    Args:
        found: (B, C, D, H, W) probabilities, 0 where unknown.
        drawn: the same shape, 1 or 0, 0 where unknown.
    """
    axes = (0, 2, 3, 4)
    both, either = whole((found * drawn).sum(axes), found.sum(axes) + drawn.sum(axes))
    return (1 - (2 * both + EPSILON) / (either + EPSILON)).mean()

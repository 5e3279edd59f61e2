"""The factor on the loss of positives."""

from typing import Literal

import torch
from numpy.typing import ArrayLike
from torch import Tensor


def weight_of_positives(asked: float | Literal["balanced"] | None, negatives_per_positive: ArrayLike) -> Tensor:
    """What ``positive_weight`` of a config stands for.

    Args:
        asked: a number, balanced, or None for 1.
        negatives_per_positive: of the training data, one number or one a class.

    Returns:
        float32, a number or (K,).
    """
    if asked == "balanced":
        return torch.as_tensor(negatives_per_positive, dtype=torch.float32)
    return torch.tensor(1.0 if asked is None else asked)

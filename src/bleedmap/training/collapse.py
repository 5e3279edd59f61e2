"""Trainings that end with a network of no use are refused, never saved in silence."""

from collections.abc import Sequence

from bleedmap.errors import TrainingError

FEWEST_EPOCHS = 5  # a shorter training may be short on purpose


def diverged(epoch: int) -> TrainingError:
    """The loss is no number any more.

    Args:
        epoch: number of the epoch, from 0.
    """
    return TrainingError(
        "diverged",
        found=f"a loss that is not a number in epoch {epoch + 1}",
        expected="a finite loss",
        remedy="lower training.learning_rate, set training.clip_norm to 1, or set training.precision to 32-true",
    )


def refuse_constant(epoch: int, *, is_constant: bool) -> None:
    """Refuse a network whose output does not depend on its input.

    Args:
        epoch: the epoch whose weights are kept, from 0.
        is_constant: whether all validation logits of that epoch are the same but for rounding.

    Raises:
        TrainingError: they are.
    """
    if is_constant:
        raise TrainingError(
            "constant-output",
            found=f"one and the same output for all validation data in the best epoch, {epoch + 1}",
            expected="outputs that depend on the input",
            remedy="lower training.learning_rate, check that the windows show the bleeds, or set "
            "training.loss.positive_weight to balanced",
        )


def refuse_chance(aurocs: Sequence[float], highest: float | None) -> None:
    """Refuse a classifier that never did better than guessing.

    Args:
        aurocs: validation AUROC of every epoch, on enough slices to tell.
        highest: what counts as guessing; None: never refuse.

    Raises:
        TrainingError: five or more epochs, and none above ``highest``.
    """
    if highest is None or len(aurocs) < FEWEST_EPOCHS:
        return
    best = max(aurocs)
    if best <= highest:
        raise TrainingError(
            "at-chance",
            found=f"a validation AUROC of at most {best:.2f} in {len(aurocs)} epochs",
            expected=f"more than training.collapse_auroc = {highest:.2f}",
            remedy="check the labels, lower training.learning_rate or train longer; to keep such a network, set "
            "training.collapse_auroc to null",
        )

"""Losses: what a training makes small. One a file in ``bleedmap/losses``; ``READS`` names the targets it needs."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from bleedmap.config.base import Spec


def _weight_or_word(value: Any) -> Any:  # noqa: ANN401
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
    if value in (None, "balanced") or is_number:
        return value
    msg = f"positive_weight = {value!r}; it is a number above 0, balanced, or null"
    raise ValueError(msg)


def _short_name(value: Any) -> Any:  # noqa: ANN401
    """``bce`` stands for ``{method: bce}``."""
    return {"method": value} if isinstance(value, str) else value


PositiveWeight = Annotated[float | Literal["balanced"] | None, BeforeValidator(_weight_or_word)]


class LossSpec(Spec):
    """What all losses share."""

    FAMILY: ClassVar[str] = "losses"
    READS: ClassVar[tuple[str, ...]] = ()  # of labels (slices), masks and seeds (voxels)


class BceSpec(LossSpec):
    """Binary cross-entropy of every class of a slice (spec 2.2)."""

    READS: ClassVar[tuple[str, ...]] = ("labels",)

    method: Literal["bce"] = "bce"
    positive_weight: PositiveWeight = Field(
        None,
        description="factor on the loss of positive slices; balanced: negatives per positive of the class; null: 1",
    )


class FocalSpec(LossSpec):
    """Focal loss of every class of a slice (Lin 2017, Eq. 4; spec 1.4)."""

    READS: ClassVar[tuple[str, ...]] = ("labels",)

    method: Literal["focal"] = "focal"
    gamma: float = Field(2.0, ge=0, description="focusing exponent; 0: bce")
    positive_weight: PositiveWeight = Field(
        None,
        description="factor on the loss of positive slices; balanced: negatives per positive of the class; null: 1",
    )


class CrossEntropySpec(LossSpec):
    """Cross-entropy over the two logits of every class of a slice (spec 1.4, 5.2); of one logit, the same as bce."""

    READS: ClassVar[tuple[str, ...]] = ("labels",)

    method: Literal["cross_entropy"] = "cross_entropy"
    softmax_twice: bool = Field(
        False,
        description="softmax before the one that cross-entropy holds, as in the released code of paper 000 (spec 1.4); "
        "the loss then stays above 0.313",
    )


class DiceBceSpec(LossSpec):
    """Dice loss over the batch plus binary cross-entropy of voxels (spec 2.4)."""

    READS: ClassVar[tuple[str, ...]] = ("masks",)
    RESOLVED: ClassVar[tuple[str, ...]] = ("spec 2.4: epsilon of the Dice loss is 1e-5",)

    method: Literal["dice_bce"] = "dice_bce"
    positive_weight: PositiveWeight = Field(
        None,
        description="factor on the cross-entropy of hemorrhage voxels; balanced: negatives per positive; null: 1",
    )
    background: bool = Field(
        False, description="whether the Dice loss is the mean of that of hemorrhage and that of background (spec 1.6)"
    )


class SeedingSpec(LossSpec):
    """Cross-entropy of seeds, and of the mask that comes with them (paper 004, equations 8 to 10; spec 5.6)."""

    READS: ClassVar[tuple[str, ...]] = ("masks", "seeds")
    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 5.6: background seeds lie below a second, lower threshold, and nothing is learnt from what lies between",
        "spec 5.6: the cross-entropy against the mask is a mean over pixels, as that of the seeds is",
    )

    method: Literal["seeding"] = "seeding"
    cross_entropy: bool = Field(
        True,
        description="whether the cross-entropy against the mask is added (paper 004: the CRF mask); false: seeds alone",
    )


AnyLoss = Annotated[
    Annotated[BceSpec | FocalSpec | CrossEntropySpec | DiceBceSpec | SeedingSpec, Field(discriminator="method")],
    BeforeValidator(_short_name),
]

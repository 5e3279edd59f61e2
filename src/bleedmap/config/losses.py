"""Losses: what a training makes small. One a file in ``bleedmap/losses``; ``READS`` names the targets it needs."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

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


class LevelsSpec(LossSpec):
    """Cross-entropy at every level of a U-shaped classifier, and consistency of their maps (spec 4.5; paper 003)."""

    READS: ClassVar[tuple[str, ...]] = ("labels",)
    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 4.5: maps of neighbouring levels are compared before the bias, and both learn from it",
    )

    method: Literal["levels"] = "levels"
    alpha: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        (2.0, 0.5, 0.25, 0.125),
        min_length=2,
        description="weight of the cross-entropy of each level, from fine to coarse (appendix C of the paper; its "
        "released code: 1.5, 0.25, 0.125, 0.0625)",
    )
    beta: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        (0.5, 0.25, 0.125),
        description="weight of the mean square difference between the map of each level, halved, and that of the next "
        "(appendix C); zeros: no consistency loss",
    )
    positive_weight: PositiveWeight = Field(
        None,
        description="factor on the loss of positive slices; balanced: negatives per positive of the class; null: 1",
    )

    @model_validator(mode="after")
    def _one_less(self) -> Self:
        if len(self.beta) != len(self.alpha) - 1 or not any(self.alpha):
            msg = (
                f"alpha has {len(self.alpha)} weights and beta {len(self.beta)}; beta has one less, a step between "
                "levels each, and alpha is not all 0"
            )
            raise ValueError(msg)
        return self


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


class DiceCeSpec(LossSpec):
    """Dice loss of every subtype over the batch plus cross-entropy of voxels; for segmenters of subtypes."""

    READS: ClassVar[tuple[str, ...]] = ("masks",)

    method: Literal["dice_ce"] = "dice_ce"


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
    Annotated[
        BceSpec | FocalSpec | CrossEntropySpec | LevelsSpec | DiceBceSpec | DiceCeSpec | SeedingSpec,
        Field(discriminator="method"),
    ],
    BeforeValidator(_short_name),
]

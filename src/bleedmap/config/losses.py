"""Losses."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from bleedmap.config.base import Spec


def _named(value: object) -> object:
    return {"method": value} if isinstance(value, str) else value


class BceSpec(Spec):
    """Binary cross-entropy of slices."""

    FAMILY: ClassVar[str] = "losses"
    READS: ClassVar[tuple[str, ...]] = ("labels",)
    method: Literal["bce"] = "bce"
    positive_weight: float | Literal["balanced"] | None = Field(None, description="factor on positives")


class DiceBceSpec(Spec):
    """Dice and binary cross-entropy of voxels."""

    FAMILY: ClassVar[str] = "losses"
    READS: ClassVar[tuple[str, ...]] = ("masks",)
    method: Literal["dice_bce"] = "dice_bce"
    positive_weight: float | Literal["balanced"] | None = Field(None, description="factor on positives")


AnyLoss = Annotated[Annotated[BceSpec | DiceBceSpec, Field(discriminator="method")], BeforeValidator(_named)]

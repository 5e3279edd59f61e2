"""Slice classifiers: a timm backbone and a head that turns its feature map into one logit."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from bleedmap.config.base import Spec
from bleedmap.config.slices import BRAIN, Windows
from bleedmap.config.training import TrainingSpec


class GapHead(Spec):
    """Global average pooling and a linear layer (spec 2.2, 5.2)."""

    pooling: Literal["gap"] = "gap"


class LseHead(Spec):
    """Log-sum-exp pooling of a logit map, Pinheiro form (spec 4.4): between mean (r to 0) and maximum (large r)."""

    pooling: Literal["lse"] = "lse"
    r: float = Field(3.0, gt=0, description="sharpness; the paper prints 3, its code runs 6")


AnyHead = Annotated[GapHead | LseHead, Field(discriminator="pooling")]


class ClassifierSpec(Spec):
    """One slice classifier with binary output (bleed or not)."""

    backbone: str = Field("resnet101", description="any timm model that gives feature maps")
    pretrained: bool = Field(False, description="start from timm's published weights (downloads them)")
    stride: int | None = Field(
        None,
        description="pixels a feature-map cell covers (4, 8, 16, 32): deeper stages are cut off; null: the whole net",
    )
    head: AnyHead = GapHead()
    windows: Windows = Field((BRAIN,), description="input channels, one a window; paper 000 uses three, 001 one")
    training: TrainingSpec = TrainingSpec()

    @field_validator("training")
    @classmethod
    def _loss_of_slices(cls, training: TrainingSpec) -> TrainingSpec:
        if training.loss == "dice_bce":
            msg = "loss dice_bce compares masks, a classifier has labels; use bce or focal"
            raise ValueError(msg)
        return training

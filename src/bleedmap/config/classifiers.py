"""Slice classifiers: a timm backbone and a head that turns its feature map into one logit."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from bleedmap.config.base import Spec
from bleedmap.config.names import Name
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


class LstmContext(Spec):
    """An LSTM over neighbouring slices that tunes the backbone and is then taken off again (spec 2.2; paper 001)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 2.2: the LSTM reads average-pooled features of consecutive slices from the foot up and has one linear "
        "output a slice",
        "spec 2.2: a scan is cut into sequences from the foot up; the last one is padded, and padding is masked",
        "spec 2.2: after the LSTM is removed, the head of the slice classifier is put back and refit or reused",
    )

    layers: int = Field(1, ge=1, le=4, description="layers of the LSTM; the paper does not say")
    hidden: int = Field(256, ge=1, description="hidden units a layer and direction; the paper does not say")
    bidirectional: bool = Field(False, description="whether a second LSTM reads from head to foot")
    sequence: int = Field(32, ge=2, description="most consecutive slices of one scan in a sequence (spec 2.2)")
    head: Literal["refit", "reuse"] = Field(
        "refit", description="refit: the head is trained on the tuned, frozen backbone; reuse: it stays as it was"
    )
    training: TrainingSpec = Field(
        TrainingSpec(epochs=100, patience=25, optimizer="sgd", learning_rate=1e-3, weight_decay=0, schedule="constant"),
        description="training of LSTM and backbone; its batch counts slices, at least one sequence a step",
    )
    refit: TrainingSpec = Field(
        TrainingSpec(epochs=10, weight_decay=0, schedule="constant"), description="training of the head, for head refit"
    )


class ClassifierSpec(Spec):
    """One slice classifier with binary output (bleed or not)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 0.1: windows have fixed bounds, whatever range a slice reaches",
        "spec 0.5: training, validation and test are split by patient",
    )

    backbone: str = Field("resnet101", description="any timm model that gives feature maps")
    pretrained: bool = Field(False, description="start from timm's published weights (downloads them)")
    stride: int | None = Field(
        None,
        description="pixels a feature-map cell covers (4, 8, 16, 32): deeper stages are cut off; null: the whole net",
    )
    head: AnyHead = GapHead()
    windows: Windows = Field((BRAIN,), description="input channels, one a window; paper 000 uses three, 001 one")
    init_from: Name | None = Field(
        None, description="classifier whose trained weights this one goes on from, as far as they fit"
    )
    learns: Name | None = Field(
        None, description="name under splits of what it learns on; null: the one split that has training subjects"
    )
    training: TrainingSpec = Field(
        TrainingSpec(), description="training on single slices; left out where both init_from and context are given"
    )
    context: LstmContext | None = Field(
        None, description="further training with the neighbouring slices of the scan; null: single slices only"
    )

    @field_validator("training")
    @classmethod
    def _loss_of_slices(cls, training: TrainingSpec) -> TrainingSpec:
        if training.loss == "dice_bce":
            msg = "loss dice_bce compares masks, a classifier has labels; use bce or focal"
            raise ValueError(msg)
        return training

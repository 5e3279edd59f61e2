"""Heads of slice classifiers: how a feature map becomes a logit a class. One model a file in ``classifiers/heads``."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bleedmap.config.base import Spec


class HeadSpec(Spec):
    """What all heads share."""

    FAMILY: ClassVar[str] = "classifiers.heads"
    TAG: ClassVar[str] = "pooling"


class GapHead(HeadSpec):
    """Global average pooling and a linear layer (spec 2.2, 5.2)."""

    pooling: Literal["gap"] = "gap"


class LseHead(HeadSpec):
    """Log-sum-exp pooling of logit maps, Pinheiro form (spec 4.4): between mean (r to 0) and maximum (large r)."""

    pooling: Literal["lse"] = "lse"
    r: float = Field(3.0, gt=0, description="sharpness; the paper prints 3, its code runs 6")


class PairHead(HeadSpec):
    """Global average pooling and two logits a class, one against it and one for it (spec 1.3, 5.2)."""

    pooling: Literal["pair"] = "pair"


class MaxHead(HeadSpec):
    """The highest logit of any place: multiple instance learning by its maximum (paper 002, equation 1; spec 3.4)."""

    pooling: Literal["max"] = "max"


class AttentionHead(HeadSpec):
    """A mean of places weighed by gated attention (paper 002, equations 2 and 3; Ilse 2018; spec 3.4)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 3.4: all classes share one attention, for the paper has one class; each has a linear layer of its own",
    )

    pooling: Literal["attention"] = "attention"
    hidden: int = Field(36, ge=1, description="outputs L of V and U, the two layers of the gate (spec 3.4)")


AnyHead = Annotated[GapHead | LseHead | PairHead | MaxHead | AttentionHead, Field(discriminator="pooling")]

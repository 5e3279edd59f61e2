"""Enhancements: what is done to a segmenter's input before it. One model a file in ``bleedmap/enhancements``."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bleedmap.config.base import Spec
from bleedmap.config.slices import WindowSpec


class EnhancementSpec(Spec):
    """What all enhancements share."""

    FAMILY: ClassVar[str] = "enhancements"


class HeadEqualisedSpec(EnhancementSpec):
    """The inside of the skull alone, smoothed, its grey values spread evenly (spec 2.4; paper 001)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 2.4: the percentile is that of a slice's HU before any window; the skull is the connected bone that "
        "holds most of the pixels above it, for skull alone may be more of a slice than that",
        "spec 2.4: a slice whose skull does not close takes the hull of the nearest one that does",
        "spec 2.4: grey values are equalised inside the head only, and the smoothed image is what is equalised",
    )

    method: Literal["head_equalised"] = "head_equalised"
    smooth_pixels: float = Field(1.0, gt=0, le=5, description="spatial standard deviation of the bilateral filter")
    smooth_hu: float = Field(20.0, gt=0, description="grey-value standard deviation of the bilateral filter, HU")
    percentile: float = Field(95.0, gt=50, lt=100, description="percentile of a slice's HU above which skull is sought")
    bone_hu: float = Field(200.0, description="lowest HU of skull; below 80 for pictures that saturate there")
    window: WindowSpec = Field(WindowSpec(), description="window whose grey values are equalised, back into its own HU")
    equalisation: Literal["histogram", "clahe"] = Field(
        "histogram", description="histogram: over the whole head of a slice; clahe: locally and with limited contrast"
    )


AnyEnhancement = Annotated[HeadEqualisedSpec, Field(discriminator="method")]

"""Detectors: from saliency maps to points where a bleed is. One model a file in ``bleedmap/detectors``."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bleedmap.config.base import Spec


class DetectorSpec(Spec):
    """What all detectors share."""

    FAMILY: ClassVar[str] = "detectors"


class LocalMaximaSpec(DetectorSpec):
    """Local maxima of a map that stand out from their surroundings (spec 3.6; paper 002)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 3.6: peaks near the border of a slice count, for bleeds under the skull lie there",
        "spec 3.6: maps are upsampled to the working grid, and distances are its pixels",
        "spec 3.6: of two maxima too near, the lower is left out before prominences are asked, as in the released code",
    )

    method: Literal["local_maxima"] = "local_maxima"
    threshold: float = Field(
        0.0, ge=0, description="value of the map, before it is stretched, above which a maximum counts"
    )
    min_distance: int = Field(
        10, ge=1, description="of two maxima this near, the lower is left out; pixels of the working grid"
    )
    prominence: float = Field(
        0.0,
        ge=0,
        description="h of the h-maxima transform: a maximum counts if every way from it to a higher place goes down by "
        "as much, in values of the map before it is stretched; none does in a map whose whole range is less; 0: every "
        "maximum counts",
    )


AnyDetector = Annotated[LocalMaximaSpec, Field(discriminator="method")]

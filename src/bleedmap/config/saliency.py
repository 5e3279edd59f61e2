"""Saliency methods: where the classifier looked. One model a file in ``bleedmap/saliency``."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bleedmap.config.base import Spec


class SaliencySpec(Spec):
    """What all saliency methods share."""

    FAMILY: ClassVar[str] = "saliency"


class CamSpec(SaliencySpec):
    """Class activation map: the head's weights over the last feature map (spec 2.2 step 3; Zhou 2016)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 2.2: negative values are cut off at the map's own resolution, before it is brought to the slice's size",
        "spec 2.2: a cell's value stands at the centre of what the cell sees, measured on the network",
    )

    method: Literal["cam"] = "cam"


class FlipsSpec(SaliencySpec):
    """Mean of the map of a slice and of the map of its mirror image, mirrored back (spec 5.3, as in IRN)."""

    method: Literal["flips"] = "flips"
    of: "AnySaliency" = Field(CamSpec(), description="saliency method that is asked twice")


AnySaliency = Annotated[CamSpec | FlipsSpec, Field(discriminator="method")]

FlipsSpec.model_rebuild()

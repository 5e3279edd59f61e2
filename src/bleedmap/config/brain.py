"""Brain masks: where in a scan the brain, its fluid and its bleeds lie. One model a file in ``bleedmap/brain``."""

from typing import Literal, Self

from pydantic import Field, model_validator

from bleedmap.config.base import Spec


class BrainSpec(Spec):
    """The inside of the skull, found without a template (after Muschelli 2015, with the skull in the place of BET)."""

    method: Literal["skull_interior"] = "skull_interior"
    bone_hu: float = Field(
        150.0,
        gt=0,
        description="lowest HU of bone; for pictures just under the top of their window, which bone exceeds",
    )
    edge_hu: float = Field(
        500.0,
        gt=0,
        description="highest HU, half-way from blood to bone, of the mask's outermost pixel; not for pictures",
    )
    bridge_mm: float = Field(
        3.0,
        gt=0,
        le=10,
        description="half the width, mm, of the gaps in the skull (foramina, fissures) that are closed",
    )
    defect_mm: float = Field(
        24.0,
        gt=0,
        le=60,
        description="half the width, mm, of the widest gap closed where the skull is open (craniotomy)",
    )
    head_width_mm: float = Field(
        150.0, gt=50, lt=300, description="width a head is taken to have, mm, in pictures without a pixel size"
    )
    min_volume_ml: float = Field(700.0, ge=0, description="mask volume, ml, below which a scan is flagged brain-small")
    max_volume_ml: float = Field(2200.0, gt=0, description="mask volume, ml, above which a scan is flagged brain-large")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_volume_ml >= self.max_volume_ml:
            msg = f"min_volume_ml {self.min_volume_ml} is not below max_volume_ml {self.max_volume_ml}"
            raise ValueError(msg)
        if self.bridge_mm > self.defect_mm:
            msg = f"bridge_mm {self.bridge_mm} is above defect_mm {self.defect_mm}; give the wider gap as defect_mm"
            raise ValueError(msg)
        return self

"""Brain masks: where in a scan the brain, its fluid and its bleeds lie. One model a file in ``bleedmap/brain``."""

import shlex
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from bleedmap.config.base import Spec


class BrainSpec(Spec):
    """What all brain masks share: when a mask is flagged for a person to look at."""

    FAMILY: ClassVar[str] = "brain"

    min_volume_ml: float = Field(700.0, ge=0, description="mask volume, ml, below which a scan is flagged brain-small")
    max_volume_ml: float = Field(2200.0, gt=0, description="mask volume, ml, above which a scan is flagged brain-large")
    max_hole_share: float = Field(
        0.005, ge=0, lt=1, description="share of the mask, holes filled slice by slice, above which it is brain-holes"
    )

    @model_validator(mode="after")
    def _volumes_ordered(self) -> Self:
        if self.min_volume_ml >= self.max_volume_ml:
            msg = f"min_volume_ml {self.min_volume_ml} is not below max_volume_ml {self.max_volume_ml}"
            raise ValueError(msg)
        return self


class SkullSpec(BrainSpec):
    """What masks that end at the skull share."""

    bone_hu: float = Field(
        150.0,
        gt=0,
        description="lowest HU of bone; not for pictures, whose own greys tell it",
    )
    edge_hu: float = Field(
        500.0,
        gt=0,
        description="highest HU, half-way from blood to bone, of the mask's outermost mm; not for pictures",
    )


class SkullInteriorSpec(SkullSpec):
    """The inside of the skull, followed slice by slice without a template; the default. MR goes through mr_brain."""

    method: Literal["skull_interior"] = "skull_interior"
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

    @model_validator(mode="after")
    def _gaps_ordered(self) -> Self:
        if self.bridge_mm > self.defect_mm:
            msg = f"bridge_mm {self.bridge_mm} is above defect_mm {self.defect_mm}; give the wider gap as defect_mm"
            raise ValueError(msg)
        return self


class MuschelliSpec(SkullSpec):
    """Soft tissue around a seed in the skull (Muschelli 2015 with an opening in the place of BET, so without FSL)."""

    method: Literal["muschelli"] = "muschelli"
    soft_hu: tuple[float, float] = Field(
        (0.0, 100.0), description="HU of brain, fluid and blood (Muschelli 2015); brighter blood is added where thick"
    )
    smooth_mm: float = Field(
        1.0, gt=0, le=5, description="standard deviation of the Gaussian before the threshold, mm (Muschelli 2015)"
    )
    close_mm: float = Field(2.0, gt=0, le=10, description="half the width, mm, of the gaps in the bone that are closed")
    open_mm: float = Field(
        3.0, gt=0, le=10, description="half the width, mm, of bridges of soft tissue (fissures, foramina) that are cut"
    )

    @model_validator(mode="after")
    def _hu_ordered(self) -> Self:
        low, high = self.soft_hu
        if not low < high < self.bone_hu:
            msg = f"soft_hu {self.soft_hu} and bone_hu {self.bone_hu} are out of order; give them in ascending order"
            raise ValueError(msg)
        return self


class ConvexHullSpec(SkullSpec):
    """The convex hull of the brightest pixels of every slice, without them (spec 2.4; paper 001)."""

    method: Literal["convex_hull"] = "convex_hull"
    percentile: float = Field(95.0, gt=50, lt=100, description="percentile of a slice above which its hull is drawn")
    smooth_mm: float = Field(1.0, gt=0, le=5, description="spatial standard deviation of the bilateral filter, mm")
    smooth_hu: float = Field(20.0, gt=0, description="grey-value standard deviation of the bilateral filter, HU")
    head_width_mm: float = Field(
        150.0, gt=50, lt=300, description="width a head is taken to have, mm, in pictures without a pixel size"
    )


class MrBrainSpec(BrainSpec):
    """The largest soft tissue of an MR that the dark skull parts from the scalp; T1, T2 or FLAIR, stripped or not."""

    method: Literal["mr_brain"] = "mr_brain"
    bridge_mm: float = Field(
        7.0,
        gt=0,
        le=20,
        description="half the width, mm, of bridges of tissue (scalp, muscle, optic nerves) that are cut",
    )
    close_mm: float = Field(
        8.0, gt=0, le=30, description="half the width, mm, of what is dark inside (vessels, fluid on T1) and is closed"
    )


class PrecomputedSpec(BrainSpec):
    """Masks that somebody else made: a folder with one file a scan."""

    method: Literal["precomputed"] = "precomputed"
    folder: Path = Field(
        description="folder of <scan>.nii.gz on each scan's own grid, 0 outside, above 0 inside; <scan> as in scans.csv"
    )


class ExternalSpec(BrainSpec):
    """Masks by a command of the user's own, such as SynthStrip, run once a scan without a shell."""

    method: Literal["external"] = "external"
    command: str = Field(
        description="command that reads the NIfTI file {ct} and writes {mask} on its grid: synthstrip -i {ct} -m {mask}"
    )
    timeout_s: float = Field(600.0, gt=0, description="seconds after which the command is stopped")

    @model_validator(mode="after")
    def _can_be_split(self) -> Self:
        try:
            words = shlex.split(self.command)
        except ValueError:
            words = []
        if not all(any(place in word for word in words[1:]) for place in ("{ct}", "{mask}")):
            msg = "command is not a program with arguments {ct} and {mask}; write it as synthstrip -i {ct} -m {mask}"
            raise ValueError(msg)
        return self


def _with_method(value: Any) -> Any:  # noqa: ANN401
    return {"method": "skull_interior", **value} if isinstance(value, dict) else value


AnyBrain = Annotated[
    SkullInteriorSpec | MuschelliSpec | ConvexHullSpec | MrBrainSpec | PrecomputedSpec | ExternalSpec,
    Field(discriminator="method"),
    BeforeValidator(_with_method),
]

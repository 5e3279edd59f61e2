"""How predictions are scored."""

from typing import Literal

from pydantic import Field

from bleedmap.config.base import Spec

SurfaceForm = Literal["voxels", "area"]


class ScoringSpec(Spec):
    """What the scores depend on besides the masks (spec 0.3)."""

    surface_tolerance_mm: float = Field(
        2.0,
        ge=0,
        allow_inf_nan=False,
        description="distance up to which two surfaces count as one in surface Dice, mm (no paper states theirs)",
    )
    surface_dice: SurfaceForm = Field(
        "voxels",
        description="what surface Dice is a share of: voxels, the number of surface voxels, as MONAI; area, mm2 of a "
        "surface drawn between the voxels (in a slice, mm), as DeepMind's surface-distance (Nikolov 2018), called "
        "surface_dice_area",
    )
    detection_pixels: int = Field(
        10,
        ge=0,
        description="pixels of the working grid that a mask has to exceed for its slice to be called bleeding, in rows "
        "without a classifier (spec 1.6)",
    )
    large_voxels: int = Field(
        3000,
        ge=0,
        description="voxels of a scan that a class has to exceed in the truth for dice_large, the Dice of scans with "
        "much of it, where subtypes are scored (paper 003, table 3; spec 4.9)",
    )

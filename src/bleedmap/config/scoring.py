"""How predictions are scored."""

from pydantic import Field

from bleedmap.config.base import Spec


class ScoringSpec(Spec):
    """What the scores depend on besides the masks (spec 0.3)."""

    surface_tolerance_mm: float = Field(
        2.0,
        ge=0,
        allow_inf_nan=False,
        description="distance up to which two surfaces count as one in surface Dice, mm (no paper states theirs)",
    )
    detection_pixels: int = Field(
        10,
        ge=0,
        description="pixels of the working grid that a mask has to exceed for its slice to be called bleeding, in rows "
        "without a classifier (spec 1.6)",
    )

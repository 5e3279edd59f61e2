"""The working grid on which networks see a scan, and the windows through which they see it."""

from typing import Annotated

from pydantic import Field

from bleedmap.config.base import Spec
from bleedmap.constants import BRAIN_LEVEL_HU, BRAIN_WIDTH_HU


class SliceSpec(Spec):
    """Every slice of a scan, resampled in its own plane to a square around the brain."""

    size: int = Field(
        128,
        ge=32,
        le=4096,
        multiple_of=16,
        description="rows and columns of the square, pixels (papers: 256, 384 or 512)",
    )
    field_of_view_mm: float | None = Field(
        200.0,
        gt=0,
        description="side of the square, mm, centred on the brain mask; null: the whole picture, for data without mm",
    )


class WindowSpec(Spec):
    """One grey-value window: HU from level - width/2 to level + width/2 becomes 0 to 1 (spec 0.1, 0.2)."""

    level: float = Field(BRAIN_LEVEL_HU, description="centre of the window, HU; MR: on its scale of 0 to 200")
    width: float = Field(BRAIN_WIDTH_HU, gt=0, description="width of the window, HU; MR: likewise")


Windows = Annotated[tuple[WindowSpec, ...], Field(min_length=1, max_length=8)]

"""What the report shows."""

from pathlib import Path

from pydantic import Field

from bleedmap.config.base import Spec


class ReportSpec(Spec):
    """What the report shows."""

    overlays: int = Field(8, ge=1, le=100, description="overlay panels, slices of test scans with the largest bleeds")
    quality_scans: int = Field(
        500, ge=1, le=10000, description="scans with a picture on a data set's quality page, flagged ones first"
    )
    printed: Path | None = Field(
        None,
        description="CSV of the values that a paper prints, to stand beside the run's own; relative to the checkout; "
        "null: none",
    )

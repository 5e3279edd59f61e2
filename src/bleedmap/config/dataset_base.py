"""What all data sets share."""

from typing import ClassVar

from pydantic import Field

from bleedmap.config.base import Spec


class DatasetSpec(Spec):
    """What all data sets share."""

    FAMILY: ClassVar[str] = "datasets"
    TAG: ClassVar[str] = "adapter"

    shards: int = Field(
        4, ge=1, le=1000, description="jobs a stage is split into; a scan's shard is a stable hash of its id"
    )

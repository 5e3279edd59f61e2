"""Searches."""

from typing import Literal

from pydantic import ConfigDict, Field

from bleedmap.config.base import Spec


class Search(Spec):
    """Values of one key to choose among."""

    model_config = ConfigDict(populate_by_name=True)

    search: Literal["linear", "log", "list"] = Field(description="how values are spaced")
    from_: float | None = Field(None, alias="from", description="lowest")
    to: float | None = Field(None, description="highest")
    steps: int = Field(10, ge=2, description="number of values")
    values: tuple[float, ...] = Field((), description="of a list")

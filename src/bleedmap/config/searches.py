"""Searches: values of a component that are chosen on tuning subjects instead of being written down."""

import math
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from bleedmap.config.base import Spec

Number = int | float
_LARGEST = 10_000


class Search(Spec):
    """In the place of a number: between which values, or among which, to choose it."""

    model_config = ConfigDict(validate_by_alias=True, serialize_by_alias=True)

    search: Literal["linear", "log", "list"] = Field(
        description="linear or log: evenly spaced between two ends, or their logarithms; list: the given values"
    )
    first: Number | None = Field(None, alias="from", description="one end, with linear and log")
    last: Number | None = Field(None, alias="to", description="the other end, with linear and log")
    steps: int | None = Field(None, ge=2, le=_LARGEST, description="number of values, both ends among them")
    values: tuple[Number, ...] | None = Field(
        None, min_length=1, max_length=_LARGEST, description="the values themselves, with list"
    )

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        span = (self.first, self.last, self.steps)
        if self.search == "list" and (self.values is None or any(each is not None for each in span)):
            msg = "search: list takes values, and neither from, to nor steps"
            raise ValueError(msg)
        if self.search != "list" and (self.values is not None or None in span):
            msg = f"search: {self.search} takes from, to and steps, and no values"
            raise ValueError(msg)
        numbers = ends(self)
        if not all(math.isfinite(number) for number in numbers) or len(set(numbers)) < len(numbers):
            msg = f"search over {', '.join(map(str, numbers))}; give different, finite numbers"
            raise ValueError(msg)
        if self.search == "log" and min(numbers) <= 0:
            msg = f"search: log from {self.first} to {self.last}; logarithms need ends above 0"
            raise ValueError(msg)
        return self


Searches = dict[str, dict[str, dict[str, Search]]]  # by family, component and dotted key


def ends(search: Search) -> tuple[Number, ...]:
    """The values of a list, or both ends."""
    if search.values is not None:
        return search.values
    return tuple(end for end in (search.first, search.last) if end is not None)

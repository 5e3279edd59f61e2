"""What every config model shares: unknown keys are refused, values are frozen, JSON is canonical."""

from collections.abc import Iterable
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """A part of the config. Its canonical JSON travels in a rule's params, so a changed value reruns its users."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    RESOLVED: ClassVar[tuple[str, ...]] = ()  # what a paper leaves open and this component decides

    def resolutions(self) -> list[str]:
        """What this component and those inside it decide where their papers are silent, sorted."""
        found = set(self.RESOLVED)
        for value in self.__dict__.values():
            parts: Iterable[object] = value if isinstance(value, tuple) else (value,)
            found |= {text for part in parts if isinstance(part, Spec) for text in part.resolutions()}
        return sorted(found)

    def to_json(self) -> str:
        """All values, defaults included, as one JSON line in field order."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` wrote."""
        return cls.model_validate_json(text)

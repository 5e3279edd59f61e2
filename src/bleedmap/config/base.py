"""What every config model shares: unknown keys are refused, values are frozen, JSON is canonical."""

from typing import Self

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """A part of the config. Its canonical JSON travels in a rule's params, so a changed value reruns its users."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    def to_json(self) -> str:
        """All values, defaults included, as one JSON line in field order."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` wrote."""
        return cls.model_validate_json(text)

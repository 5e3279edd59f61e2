"""What every config model shares: unknown keys are refused, values are frozen, JSON is canonical."""

from collections.abc import Iterator
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """A part of the config. Its canonical JSON travels in a rule's params, so a changed value reruns its users.

    A component names the package folder of its family and the key whose value is its module there:
    ``masks`` and ``method: dense_crf`` stand for ``bleedmap.masks.dense_crf``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    FAMILY: ClassVar[str] = ""  # folder of the package, dots between; empty for what is no component
    TAG: ClassVar[str] = "method"  # key that names the module
    RESOLVED: ClassVar[tuple[str, ...]] = ()  # what a paper leaves open and this component decides

    def parts(self) -> Iterator["Spec"]:
        """This spec and every spec inside it, however deep."""
        yield self
        for value in self.__dict__.values():
            yield from _specs_in(value)

    def modules(self) -> list[str]:
        """Modules of the package behind this component and the components inside it, sorted, its own first."""
        inner = {part.own_module() for part in self.parts()} - {self.own_module(), ""}
        return [name for name in (self.own_module(), *sorted(inner)) if name]

    def own_module(self) -> str:
        """Module of this component, such as ``bleedmap.masks.dense_crf``; empty for what is no component."""
        return f"bleedmap.{self.FAMILY}.{getattr(self, self.TAG)}" if self.FAMILY else ""

    def resolutions(self) -> list[str]:
        """What this component and those inside it decide where their papers are silent, sorted."""
        return sorted({text for part in self.parts() for text in part.RESOLVED})

    def to_json(self) -> str:
        """All values, defaults included, as one JSON line in field order."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` wrote."""
        return cls.model_validate_json(text)


def _specs_in(value: object) -> Iterator[Spec]:
    if isinstance(value, Spec):
        yield from value.parts()
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _specs_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _specs_in(each)

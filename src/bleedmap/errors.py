"""Every error a user can meet: one sentence of what was found, what was expected and what to do."""

from dataclasses import dataclass


@dataclass(eq=False)
class BleedmapError(Exception):
    """An error a user can cause and mend.

    Args:
        code: short stable name, such as ``uneven-spacing``; the key in ``rejected.csv``.
        found: what was there, without any tag value, patient id or path of a scan.
        expected: what should have been there.
        remedy: what the user can do about it.
    """

    code: str
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return f"[{self.code}] found {self.found}; expected {self.expected}; to mend it, {self.remedy}"

    def __reduce__(self) -> tuple[type, tuple[str, ...]]:
        return type(self), (self.code, self.found, self.expected, self.remedy)


class ConfigError(BleedmapError):
    """A configuration that cannot be run; raised before any job starts."""


class ScanError(BleedmapError):
    """One scan that cannot be used; it is listed in ``rejected.csv`` and the others go on."""


class ReadError(BleedmapError):
    """Something that could not be read now; what it belongs to is told of, and read anew at the next start."""


class TableError(BleedmapError):
    """A label table, group table or results table that does not fit its data."""


class TrainingError(BleedmapError):
    """A training that cannot start or has collapsed."""


class BundleError(BleedmapError):
    """A bundle, or a network in one, that cannot be used."""

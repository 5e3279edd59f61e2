"""What a check of a data set tells its user, one line a finding."""

from dataclasses import dataclass

from bleedmap.errors import BleedmapError, TableError


@dataclass(frozen=True)
class Finding:
    """Something about a data set that a user should know before using it.

    Args:
        scan: public name of the scan, empty for the data set as a whole.
        fault: what was found, expected and to be done; its code is stable.
        is_note: True for what the workflow deals with by itself, False for what the user has to mend.
    """

    scan: str
    fault: BleedmapError
    is_note: bool = False

    def __str__(self) -> str:
        return f"{'note' if self.is_note else 'fault'}: {f'{self.scan}: ' if self.scan else ''}{self.fault}"


def set_finding(code: str, *, found: str, expected: str, remedy: str, is_note: bool = False) -> Finding:
    """A finding about a data set as a whole."""
    return Finding("", TableError(code, found, expected, remedy), is_note)

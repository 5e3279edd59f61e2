"""What a user has to know about a public data set before using it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """Facts about a data set.

    Args:
        title: its name.
        licence: under which terms it may be used.
        source: where a user obtains it; nothing downloads by itself.
        layout: what the root folder holds, one line.
        scans: scans of the whole set; None where a set has no fixed size.
    """

    title: str
    licence: str
    source: str
    layout: str
    scans: int | None = None

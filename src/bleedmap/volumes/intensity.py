"""What the values of a volume are: Hounsfield units, or the display scale of an MR scan or a picture."""

from typing import Literal, Protocol

from bleedmap.constants import BRAIN_LEVEL_HU, BRAIN_WIDTH_HU
from bleedmap.errors import ScanError

Intensity = Literal["hu", "mr", "picture"]
"""``hu``: Hounsfield units. ``mr``: signal, see ``mr_scale``. ``picture``: pseudo HU of a window, see ``picture``."""

ScannerIntensity = Literal["hu", "mr"]
"""What a scanner gives: CT in HU, or MR."""

NAMES = {"hu": "Hounsfield units", "mr": "MR signal on a display scale", "picture": "grey values of a picture"}


_BRAIN = (BRAIN_LEVEL_HU - BRAIN_WIDTH_HU / 2, BRAIN_LEVEL_HU + BRAIN_WIDTH_HU / 2)
SHOWN = {"hu": _BRAIN, "picture": _BRAIN, "mr": (0.0, 200.0)}
"""Values from black to white in pictures for people."""


class HasIntensity(Protocol):
    """A volume, or whatever else says what its values are."""

    @property
    def intensity(self) -> str:
        """One of ``Intensity``."""


def require_hu_intensity(volume: HasIntensity, what: str) -> None:
    """Refuse values that are no Hounsfield units, for something that has thresholds or levels in HU.

    Args:
        volume: what says its ``intensity``.
        what: what needs HU, as a user knows it, such as ``brain.method muschelli``.

    Raises:
        ScanError: ``needs-hu``.
    """
    if volume.intensity != "hu":
        raise ScanError(
            "needs-hu",
            found=f"a scan in {NAMES[volume.intensity]} for {what}",
            expected="Hounsfield units",
            remedy=f"use {what} on CT alone, and something without HU thresholds here",
        )

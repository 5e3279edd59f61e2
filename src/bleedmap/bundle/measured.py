"""What was measured of a bundle after it was made, as a section of its card that names what it was measured of."""

import hashlib
import json

from bleedmap.bundle.manifest import Parts
from bleedmap.bundle.settings import CARD
from bleedmap.errors import BundleError

HEADING = "## Measured since"
DIGEST = 16  # hexadecimal digits that a section tells


def digest_without_card(parts: Parts) -> str:
    """Digest of all parts but the card: what is measured of a bundle is true as long as these are the same."""
    each = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(parts.items()) if name != CARD}
    return hashlib.sha256(json.dumps(each).encode()).hexdigest()[:DIGEST]


def measured_section(parts: Parts, text: str) -> str:
    """A section of the card.

    Args:
        parts: of the bundle that was measured.
        text: Markdown: figures, of what, and the command that gives them.
    """
    of = f"Of the bundle whose parts but this card have the digest `{digest_without_card(parts)}`."
    return f"{HEADING}\n\n{of}\n\n{text}"


def with_measured(parts: Parts, section: str) -> dict[str, bytes]:
    """The parts of a bundle with such a section at the end of the card, in the place of an earlier one.

    Args:
        parts: of a bundle with a card.
        section: as ``measured_section`` gives it.

    Raises:
        BundleError: ``other-measured``: it was measured of something else.
    """
    if not section.startswith(measured_section(parts, "")):
        raise BundleError(
            "other-measured",
            found="figures of another bundle",
            expected="those of this one",
            remedy="measure this one",
        )
    before, _, _ = parts[CARD].decode().partition(f"\n{HEADING}")
    return {**parts, CARD: f"{before.rstrip()}\n\n{section.rstrip()}\n".encode()}

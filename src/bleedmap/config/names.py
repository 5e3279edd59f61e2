"""Names that a config may use, and the one that was probably meant."""

import difflib
from collections.abc import Iterable
from typing import Annotated

from pydantic import StringConstraints

NONE = "none"  # a step that a method leaves out

# names become folders and Snakemake wildcards
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]


def nearest(name: str, valid: Iterable[str]) -> str:
    """Half a sentence naming the valid name closest to ``name``, or all of them."""
    names = sorted(valid)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(names) or '(none given)'}"

"""Names that a config may use, and the one that was probably meant."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import StringConstraints

NONE = "none"  # a step that a method leaves out

# names become folders and Snakemake wildcards
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]

# what stands in the results tree where components and data sets do
RESERVED: Mapping[str, frozenset[str]] = {
    "datasets": frozenset({"logs", "benchmarks", "leaderboard", "comparisons", "report", "predicted"}),
    "splits": frozenset({"logs", "benchmarks", "leaderboard", "comparisons", "report", "predicted"}),
    "classifiers": frozenset({"scores", "overlays"}),
    "masks": frozenset({"points", "faithfulness"}),
}


def nearest(name: str, valid: Iterable[str]) -> str:
    """Half a sentence naming the valid name closest to ``name``, or all of them."""
    names = sorted(valid)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(names) or '(none given)'}"


def check_known(key: str, family: str, name: str, names: Iterable[str]) -> None:
    """See that a name is one of its family.

    Raises:
        ValueError: one sentence with the key and the nearest name.
    """
    if name not in (known := list(names)):
        msg = f"{key}: no {name!r} under {family}; {nearest(name, known)}"
        raise ValueError(msg)


def check_free(family: str, names: Iterable[str]) -> None:
    """See that no name means something else in the results tree.

    Raises:
        ValueError: one sentence on the first that does.
    """
    for name in names:
        if name == NONE or name in RESERVED.get(family, ()):
            what = "a step that is left out" if name == NONE else "another part of the results"
            msg = f"{family}.{name}: the name {name!r} stands for {what}; choose another"
            raise ValueError(msg)

"""Deals subjects out to roles by a stable keyed rank, so that an added subject leaves the others where they are.

Subjects that bleed and healthy ones are dealt separately. Each is ranked by a keyed hash of its name, and the rank
order, taken as a circle, is cut into blocks: tested, validating, tuned on, training. An added subject shifts the others
by one rank, so at each border at most one changes sides: 1.6 of 100 on average for five parts (75 of 100 when subjects
are shuffled anew).
"""

import hashlib
import math
from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from bleedmap.config.splits import SplitSpec
from bleedmap.errors import TableError
from bleedmap.splits.roles import ROLES

Block = tuple[str, Fraction, Fraction]  # role, and where it begins and ends on the circle of ranks, 1 a turn
FINEST_SHARE = 10**6  # shares are taken as fractions with at most this denominator: 0.3333333 is a third


def deal(scans: pd.DataFrame, spec: SplitSpec, seed: int) -> pd.DataFrame:
    """Role of every subject in every fold.

    Args:
        scans: columns ``subject``, ``positive_slices`` and ``scan_label``, a row a scan.
        spec: folds and shares; ``run`` changes nothing.
        seed: key of the ranks.

    Returns:
        Columns ``subject, fold, role``, sorted by fold and subject.

    Raises:
        TableError: a role that the split needs has no subject in some fold.
    """
    bleeds = _bleeds(scans).groupby(scans["subject"], sort=True).max()
    strata = [_ranked(list(bleeds.index[bleeds == bleeding]), seed) for bleeding in (True, False)]
    rows = []
    for fold in range(spec.folds):
        blocks = _blocks(spec, fold)
        role = {name: role for number, names in enumerate(strata) for name, role in _cut(names, blocks, number).items()}
        _check(role, blocks, fold)
        rows += [(subject, fold, role[subject]) for subject in sorted(role)]
    return pd.DataFrame(rows, columns=["subject", "fold", "role"])


def _bleeds(scans: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each scan bleeds, by its own label where it has one, else by its slices'."""
    return scans["scan_label"].eq(1).where(scans["scan_label"].ge(0), scans["positive_slices"].gt(0))


def _ranked(names: Sequence[str], seed: int) -> list[str]:
    return sorted(names, key=lambda name: (hashlib.sha256(f"{seed} {name}".encode()).digest(), name))


def _blocks(spec: SplitSpec, fold: int) -> list[Block]:
    """Roles of one fold from the test block on; what is left of the circle trains."""
    share = {
        "test": Fraction(1, spec.folds) if spec.folds > 1 else _fraction(spec.test_share),
        "validation": _fraction(spec.validation_share or 0),
        "tune": _fraction(spec.tune_share),
    }
    begin, blocks = Fraction(fold, spec.folds), []
    for role, length in (*share.items(), ("train", 1 - sum(share.values(), Fraction(0)))):
        if length > 0:
            blocks.append((role, begin, begin + length))
            begin += length
    return blocks


def _fraction(share: float) -> Fraction:
    return Fraction(share).limit_denominator(FINEST_SHARE)


def _cut(names: Sequence[str], blocks: Sequence[Block], stratum: int) -> dict[str, str]:
    """Role of every subject of one stratum.

    Args:
        names: subjects in the order of their ranks.
        blocks: all around the circle.
        stratum: 0 or 1; halves are rounded up in the one and down in the other, so that parts are of equal size.
    """
    dealt: dict[str, str] = {}
    for role, begin, end in blocks:
        first, last = (_border(place, len(names), stratum) for place in (begin, end))
        dealt |= {names[rank % len(names)]: role for rank in range(first, last)}
    return dealt


def _border(place: Fraction, count: int, stratum: int) -> int:
    """First rank behind a place on the circle; whole turns are kept."""
    turns, rest = divmod(place, 1)
    half = Fraction(1, 2)
    return int(turns) * count + (math.floor(rest * count + half) if stratum == 0 else math.ceil(rest * count - half))


def _check(role: dict[str, str], blocks: Sequence[Block], fold: int) -> None:
    missing = [name for name in ROLES if name in {block[0] for block in blocks} and name not in role.values()]
    if missing:
        raise TableError(
            "few-subjects",
            found=f"{len(role)} subjects, none of them left for {missing[0]} in fold {fold}",
            expected="at least one subject for each role of every fold",
            remedy="lower folds, give that role a larger share, or add scans",
        )

"""Subjects that take no part in a split: those left out by name, and those who would be learnt from elsewhere."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from bleedmap.config.splits import SplitSpec
from bleedmap.datasets.tables import read_names
from bleedmap.errors import TableError
from bleedmap.provenance.tables import read_table

# names that two people do not share by chance: a UID, or a word of eight or more characters with a digit in it, such
# as the hexadecimal digits of ID_0a1b2c3d; 007, patient-12 and CQ500-CT-9 are running numbers, that every data set has
_UID = re.compile(r"\d+(\.\d+){3,}")
_WORD = re.compile(r"(?=[a-z]*\d)[a-z0-9]{8,}", re.IGNORECASE)
_HASHED = re.compile(r"[0-9a-f]{12}")  # a name that is not shown; equal hashes of 007 are two people too


def without_excluded(scans: pd.DataFrame, spec: SplitSpec, name: str, learnt: Iterable[Path]) -> pd.DataFrame:
    """Scans of the subjects that a split deals out.

    Args:
        scans: all usable scans of the split's data set, with a column ``subject``.
        spec: who is left out.
        name: of the split.
        learnt: tables of scans of the other data sets on which networks that are scored on this split learn.

    Raises:
        TableError: a list under ``exclude`` that cannot be read or names nobody here, everybody is left out, or a
            subject may be learnt from elsewhere.
    """
    left = scans
    for number, file in enumerate(spec.exclude):
        named = scans["subject"].isin(_listed(file, name, number))
        if not named.any():
            raise TableError(
                "no-exclusion",
                found=f"a list under splits.{name}.exclude, number {number + 1}, that names nobody of the data set",
                expected="public subject names as in scans.csv, one a line",
                remedy="correct the list or leave it out, so that nobody is dealt out by mistake",
            )
        left = left[~named.loc[left.index]]
    if left.empty:
        raise TableError(
            "nothing-usable",
            found=f"no subject left in split {name}",
            expected="at least one",
            remedy=f"shorten the lists under splits.{name}.exclude",
        )
    if spec.same_names == "refuse":
        tables = [read_table(file)["subject"] for file in learnt]
        _refuse(shared_subjects([subject for table in tables for subject in table], left["subject"]), name)
    return left


def shared_subjects(learnt: Iterable[str], scored: Iterable[str]) -> list[str]:
    """Public names that two data sets share and that no two people have by chance, sorted.

    Args:
        learnt: subjects of the data set that a network learns on.
        scored: subjects of the data set that it is scored on.
    """
    return sorted(name for name in {*learnt} & {*scored} if _tells_a_person(name))


def _tells_a_person(name: str) -> bool:
    if name.isdecimal() or _HASHED.fullmatch(name):
        return False
    return bool(_UID.search(name) or _WORD.search(name))


def _refuse(shared: Sequence[str], name: str) -> None:
    if shared:
        raise TableError(
            "shared-subjects",
            found=f"{len(shared)} subjects of split {name} who have the names of subjects that its networks learn on",
            expected="nobody who is both learnt from and tested",
            remedy=f"list their names in a file under splits.{name}.exclude, or say splits.{name}.same_names: "
            "other_people if you know that they are",
        )


def _listed(file: Path, name: str, number: int) -> list[str]:
    try:
        return read_names(file)
    except (OSError, ValueError) as error:
        raise TableError(
            "no-exclusion",
            found=f"a list under splits.{name}.exclude, number {number + 1}, that cannot be read "
            f"({error if type(error) is ValueError else type(error).__name__})",
            expected="a UTF-8 text file of public subject names, one a line",
            remedy="correct the path or the file",
        ) from None

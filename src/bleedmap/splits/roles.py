"""Roles of one fold, read from a split file and from nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.errors import TableError

ROLES = ("train", "validation", "tune", "test")


@dataclass(frozen=True)
class Roles:
    """Who does what in one fold, among the subjects of one data set.

    Args:
        by_subject: one of ``ROLES`` for every subject that takes part.
    """

    by_subject: Mapping[str, str]

    def of(self, subjects: Sequence[str] | pd.Series) -> NDArray[np.str_]:
        """Role of each subject; empty for one that is not in the split and takes no part at all.

        Args:
            subjects: names within the split's own data set; the same name elsewhere is another subject.
        """
        return np.array([self.by_subject.get(subject, "") for subject in subjects], dtype=np.str_)

    def tuning(self, subjects: Sequence[str] | pd.Series) -> NDArray[np.bool_]:
        """Whether values may be chosen on each subject: role ``tune``, or ``validation`` where nobody has that."""
        role = "tune" if "tune" in self.by_subject.values() else "validation"
        return np.asarray(self.of(subjects) == role, dtype=np.bool_)


def read_roles(path: Path, fold: int) -> Roles:
    """Roles of one fold.

    Args:
        path: split file, columns ``subject, fold, role``.
        fold: number of the fold.

    Raises:
        TableError: the file has no such fold, a subject twice in it, or a role that is none.
    """
    table = pd.read_csv(path, dtype={"subject": str, "fold": int, "role": str}, keep_default_na=False)
    own = table[table["fold"] == fold]
    unknown = sorted(set(own["role"]) - set(ROLES))
    if own.empty or own["subject"].duplicated().any() or unknown:
        raise TableError(
            "split-file",
            found=f"role {unknown[0]!r}" if unknown else f"fold {fold} with {len(own)} rows, or a subject twice in it",
            expected=f"each subject of a fold once, as {', '.join(ROLES)}",
            remedy="let the workflow write the split file anew",
        )
    return Roles(dict(zip(own["subject"], own["role"], strict=True)))

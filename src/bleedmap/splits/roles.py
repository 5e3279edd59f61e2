"""Roles of subjects in one fold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.provenance.tables import read_table


@dataclass(frozen=True)
class Roles:
    """Roles by subject."""

    by_subject: dict[str, str]

    def of(self, subjects: "Sequence[str] | pd.Series[str]") -> NDArray[np.str_]:
        """Role of each; empty for a subject that takes no part."""
        return np.array([self.by_subject.get(subject, "") for subject in subjects], dtype=str)

    def tuning(self, subjects: "Sequence[str] | pd.Series[str]") -> NDArray[np.bool_]:
        """Whether values are tuned on each: role tune, or validation where nobody has tune."""
        role = "tune" if "tune" in self.by_subject.values() else "validation"
        return np.asarray(self.of(subjects) == role)


def read_roles(path: Path, fold: int) -> Roles:
    """Read one fold of a split file."""
    table = read_table(path)
    rows = table[table["fold"] == fold]
    return Roles(dict(zip(rows["subject"], rows["role"], strict=True)))

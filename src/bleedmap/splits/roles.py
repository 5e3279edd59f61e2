"""Which role a subject has in one fold of a split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Roles:
    """Roles of one fold.

    Args:
        by_subject: role of every subject of the split.
    """

    by_subject: Mapping[str, str]

    def of(self, subjects: Sequence[str] | pd.Series) -> NDArray[np.str_]:
        """Role of each subject; ``""`` for one that is not in the split and takes no part."""
        return np.array([self.by_subject.get(str(subject), "") for subject in subjects], dtype=np.str_)


def read_roles(path: Path, fold: int) -> Roles:
    """Roles of one fold of a split file."""
    table = pd.read_csv(path, dtype={"subject": str, "fold": int, "role": str}, keep_default_na=False)
    own = table[table["fold"] == fold]
    return Roles(dict(zip(own["subject"], own["role"], strict=True)))

"""The long table of scores: one value a row, and what it is the value of.

``dataset, method, fold, subject, scan, slice, class, unit, metric, value``

Units: ``slice`` and ``subject`` rows are values to be averaged; ``count`` rows are sums to be pooled over scans, from
which the leaderboard makes its ``pooled`` values. Metrics of ``count`` rows: ``tp``, ``fp``, ``fn``, ``tn`` (voxels),
``voxels`` (all that are known, where subtypes are scored),
``surface_near``, ``surface_all`` (surface voxels) or ``surface_near_mm2``, ``surface_all_mm2`` (area), ``box_tp``,
``box_fn`` (boxes with and without a point), ``point_fp`` (points in no box), ``detection_slices`` and ``froc_slices``
(slices that a classifier and a FROC were scored on), and ``distance_to_truth:12.3``, ``distance_to_prediction:12.3``
(surface voxels at 12.3 mm, to the nearest 0.1 mm).

``slice`` is the index of the slice in its scan, blank for a whole scan. Subject and scan are blank for rows about a
whole fold: a classifier's detection metrics, the FROC of points (unit ``pooled``), and distances once ``join`` has
summed them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from bleedmap.errors import TableError
from bleedmap.provenance.atomic import write_text

COLUMNS = ("dataset", "method", "fold", "subject", "scan", "slice", "class", "unit", "metric", "value")
TYPES = {name: "str" for name in COLUMNS} | {"fold": "int64", "slice": "Int64", "value": "float64"}
DISTANCE = "distance_to_"


@dataclass(frozen=True)
class RowLabels:
    """What all rows of a scan (or, without subject and scan, of a fold) have in common.

    Args:
        dataset: data set that is scored.
        method: row of the leaderboard.
        fold: fold of the networks that made the prediction.
        subject: public name of the patient.
        scan: public name of the scan.
        class_name: one of ``CLASSES``; ``any`` for hemorrhage of whatever type.
    """

    dataset: str
    method: str
    fold: int
    subject: str = ""
    scan: str = ""
    class_name: str = "any"


class Score(NamedTuple):
    """One value. ``slice_index`` is None for a whole scan or fold."""

    unit: str
    metric: str
    value: float
    slice_index: int | None = None


def tabulate(labels: RowLabels, scores: Iterable[Score]) -> pd.DataFrame:
    """Scores of one scan or fold as rows of the long table, in the order given."""
    common = (labels.dataset, labels.method, labels.fold, labels.subject, labels.scan)
    rows = [(*common, s.slice_index, labels.class_name, s.unit, s.metric, s.value) for s in scores]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(TYPES)


def join(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One table of many, distance counts summed over the scans of a fold, which keeps the file small.

    Tables that were joined before may be joined again.
    """
    parts = list(tables)
    table = pd.concat(parts, ignore_index=True) if parts else tabulate(RowLabels("", "", 0), [])
    is_distance = table["metric"].str.startswith(DISTANCE)
    distances = table[is_distance].assign(subject="", scan="")
    keys = [name for name in COLUMNS if name != "value"]
    summed = distances.groupby(keys, dropna=False)["value"].sum().reset_index()
    return pd.concat([table[~is_distance], summed[list(COLUMNS)]], ignore_index=True).astype(TYPES)


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a long table as CSV, the same bytes for the same values; NaN is an empty field."""
    # nine digits: voxel counts stay whole numbers up to 1e9
    write_text(path, table.to_csv(columns=list(COLUMNS), index=False, float_format="%.9g", lineterminator="\n"))


def read(path: Path) -> pd.DataFrame:
    """Read what ``write`` wrote; a subject called ``007`` or ``NA`` keeps its name."""
    blank = {"slice": [""], "value": [""]}
    try:
        return pd.read_csv(path, usecols=list(COLUMNS), dtype=TYPES, keep_default_na=False, na_values=blank)
    except ValueError as error:
        raise TableError(
            code="score-table",
            found=f"a table of scores that cannot be read ({error})",
            expected=f"CSV with the columns {', '.join(COLUMNS)}",
            remedy="remove the file and run the scoring again",
        ) from error

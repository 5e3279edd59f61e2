"""Scans of a shard that a stage could not go on with: they keep their rows, and every later stage leaves them out."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pandas as pd

from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.errors import ScanError
from bleedmap.slices.row_writer import RowWriter
from bleedmap.slices.store import Store
from bleedmap.volumes.one_scan import REJECTED_COLUMNS, is_scan_fault, refused

REFUSED = "refused"  # attribute of a store with rows but no result for a scan; class of its row in a table of points
METHOD_CODES = {"needs-hu", "unknown-prediction"}  # a method that does not fit the data set: every scan's fault


class Refusals:
    """Refused scans of a shard.

    Args:
        stage: what is tried, a verb and its object, such as ``to explain it``.
        stores: what the stage reads; scans refused there stay refused.
    """

    def __init__(self, stage: str, *stores: Store | None) -> None:
        self._stage = stage
        self._found: dict[str, dict[str, str]] = {}
        for store in stores:
            self._found |= {} if store is None else refused_in(store)

    def __contains__(self, scan: object) -> bool:
        return scan in self._found

    def left(self, scans: Iterable[tuple[str, slice]]) -> list[tuple[str, slice]]:
        """Scans that are not refused, with their rows."""
        return [(name, rows) for name, rows in scans if name not in self._found]

    @contextmanager
    def catch(self, scan: str) -> Iterator[None]:
        """Refuse a scan whose fault ends this block, so that the next one can be gone on with."""
        try:
            yield
        except Exception as error:
            if not is_scan_fault(error) or (isinstance(error, ScanError) and error.code in METHOD_CODES):
                raise
            self._found[scan] = asdict(refused(scan, self._stage, error))

    def leave_open(self, scans: Iterable[tuple[str, slice]], *labels: RowWriter | None) -> None:
        """Make every voxel of refused scans unknown, so that nobody learns or scores what nobody has found."""
        for name, rows in scans:
            for array in labels:
                if name in self and array is not None:
                    array[rows] = UNKNOWN_VOXEL

    def table(self) -> pd.DataFrame:
        """A row a refused scan, as in ``rejected.csv``."""
        rows = [{"scan": name, **reason} for name, reason in sorted(self._found.items())]
        return pd.DataFrame(rows, columns=list(REJECTED_COLUMNS))

    def attributes(self) -> dict[str, Any]:
        """What a store says of them; nothing where there are none."""
        return {REFUSED: dict(sorted(self._found.items()))} if self._found else {}


def refused_in(store: Store) -> Mapping[str, dict[str, str]]:
    """Scans that a store has rows but no result for, each with code, found, expected and remedy."""
    return dict(store.attributes.get(REFUSED, {}))

"""The only scans that tuning reads: those of tuning subjects, with truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import TableError
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore
from bleedmap.splits.roles import Roles


@dataclass(frozen=True)
class TuningScan:
    """Where a scan stands, and its truth.

    Args:
        shard: number of its shard.
        name: of the scan.
        rows: its rows in the shard's stores.
        subject: whose scan it is.
        drawn: (slices,) bool, slices with truth.
    """

    shard: int
    name: str
    rows: slice
    subject: str
    drawn: NDArray[np.bool_]


def tuning_scans(slices: Sequence[Path], roles: Roles) -> list[TuningScan]:
    """Scans of tuning subjects that have truth in at least one slice, in order of shards and rows.

    Args:
        slices: slice stores of all shards.
        roles: of the fold.

    Raises:
        TableError: there are none.
    """
    scans = [scan for number, path in enumerate(slices) for scan in _of_shard(number, path, roles)]
    if not scans:
        raise TableError(
            "no-tuning-truth",
            found="no tuning subject with voxel truth",
            expected="scans with truth among subjects whose role is tune, or validation where nobody has tune",
            remedy="give the split a tune_share or validation_share on a data set with voxel truth, or write a value "
            "instead of a search",
        )
    return scans


def with_subtypes(slices: Sequence[Path], scans: Sequence[TuningScan]) -> list[TuningScan]:
    """Those scans whose truth names subtypes.

    Args:
        slices: slice stores of all shards.
        scans: of ``tuning_scans``.

    Raises:
        TableError: there are none.
    """
    found = []
    for scan in scans:
        with SliceStore(slices[scan.shard]) as store:
            if store.entries[scan.name].drawn_subtypes:
                found.append(scan)
    if not found:
        raise TableError(
            "no-tuning-subtypes",
            found="no tuning subject whose truth names subtypes",
            expected="some, for a mask method that tells subtypes apart",
            remedy="tune on a data set with subtype masks, or write a value instead of a search",
        )
    return found


def _of_shard(number: int, path: Path, roles: Roles) -> Iterator[TuningScan]:
    with SliceStore(path) as store:
        subjects, drawn = store.table["subject"], store.table["drawn"].to_numpy(dtype=bool)
        tunes = roles.tuning(subjects)
        for name, rows in Refusals("to tune on it", store).left(store.scans()):
            if tunes[rows.start] and drawn[rows].any():
                yield TuningScan(number, name, rows, str(subjects.iloc[rows.start]), drawn[rows])

"""Which slice of a study a row of a label table means: by index, by file name or by SOP instance UID."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from bleedmap.datasets.study import StudyVolume
from bleedmap.datasets.tables import Row
from bleedmap.errors import ScanError

Placed = tuple[Row, int | None]
UID = re.compile(r"\d+(\.\d+){3,}")
GAPS = {"missing-slices", "unreadable-slices"}


@dataclass(frozen=True)
class Unused:
    """What belongs to a study but to none of the volumes that are kept; a label of it is no fault.

    Args:
        files: names of all files that were given; private.
        volumes: volumes that are left out.
        any_lost: whether a file was refused, whose UID then is not known.
        any_damaged: whether one was refused for damage, so that it may have been any slice.
    """

    files: Collection[str] = field(default=(), repr=False)
    volumes: Sequence[StudyVolume] = ()
    any_lost: bool = False
    any_damaged: bool = False


def place_rows(rows: Iterable[Row], volumes: Sequence[StudyVolume], unused: Unused) -> list[list[Placed]]:
    """Rows of a study dealt out to its volumes.

    Args:
        rows: rows with or without ``slice``.
        volumes: the volumes of the study.
        unused: the rest of the study.

    Returns:
        For each volume its rows, each with the index of its slice from the foot, or None where it is about the scan.

    Raises:
        ScanError: ``label-slice`` for a slice that the study does not have, ``label-ambiguous`` for a name that
            several slices have, ``label-index`` for an index in a study that lost slices.
    """
    dealt: list[list[Placed]] = [[] for _ in volumes]
    known = _names(volumes, by_index=True)
    left_out = _names(unused.volumes, by_index=False)
    for row in rows:
        name = row.get("slice", "")
        if not name:
            for each in dealt:
                each.append((row, None))
            continue
        places = known.get(name, set())
        if len(places) + len(left_out.get(name, ())) > 1:
            raise _ambiguous()
        for volume, index in places:
            has_gaps = unused.any_lost and not GAPS.isdisjoint(volumes[volume].volume.flags)
            if name == str(index) and (unused.any_damaged or has_gaps):
                raise _shifted()
            dealt[volume].append((row, index))
        may_be_lost = unused.any_lost and UID.fullmatch(name)
        if not (places or name in left_out or name in unused.files or may_be_lost):
            raise _no_slice()
    return dealt


def _names(volumes: Sequence[StudyVolume], *, by_index: bool) -> dict[str, set[tuple[int, int]]]:
    """Every name of every slice, with the (volume, slice) that have it."""
    found: dict[str, set[tuple[int, int]]] = {}
    for number, study in enumerate(volumes):
        indices = [str(index) for index in range(len(study.volume.hu))] if by_index else []
        for names in (indices, study.file_names, study.volume.slice_keys):
            for index, name in enumerate(names):
                found.setdefault(name, set()).add((number, index))
        for index, copies in enumerate(study.copies):
            for name in (name for copy in copies for name in copy):
                found.setdefault(name, set()).add((number, index))
    return found


def _no_slice() -> ScanError:
    return ScanError(
        "label-slice",
        found="a label for a slice that the scan does not have",
        expected="a 0-based index from the foot, a file name or a SOP instance UID of the scan",
        remedy="correct the label table, or add the missing slice",
    )


def _ambiguous() -> ScanError:
    return ScanError(
        "label-ambiguous",
        found="a label that several slices of the study may claim",
        expected="a name that one slice has",
        remedy="name slices by SOP instance UID, or keep one series a study",
    )


def _shifted() -> ScanError:
    return ScanError(
        "label-index",
        found="labels by index for a scan that lost damaged slices",
        expected="file names or SOP instance UIDs, which stay with their slices",
        remedy="fetch the damaged files again, or name slices by SOP instance UID",
    )

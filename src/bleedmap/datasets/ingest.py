"""Read every source of a shard: good scans into the archive, the others into a table with the reason."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from bleedmap.constants import SUBTYPES, UNKNOWN_LABEL
from bleedmap.datasets.sources import Source
from bleedmap.errors import BleedmapError, ReadError, ScanError
from bleedmap.provenance.archive import ArchiveWriter, write_archive
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.one_scan import OUT_OF_MEMORY, REJECTED_COLUMNS, is_scan_fault, refused
from bleedmap.volumes.plain_file import could_not_read
from bleedmap.volumes.scan_archive import add_scan
from bleedmap.volumes.zip_member import ZipMember

SCAN_COLUMNS = (
    "scan", "subject", "slices", "rows", "columns", "slice_mm", "row_mm", "column_mm", "tilt_degrees", "even",
    "intensity", "window_level", "window_width", "positive_slices", "labelled_slices", "scan_label", *SUBTYPES,
    "truth", "truth_subtypes", "boxes", "flags",
)  # fmt: skip
RETRIED = {could_not_read().code, OUT_OF_MEMORY}
"""Codes of what another run may read."""


@dataclass
class Ingested:
    """What came of a shard's sources.

    Args:
        scans: rows of ``scans.csv``.
        rejected: rows of ``rejected.csv``.
        private: rows that lead from a scan id back to its source; never shown.
    """

    scans: list[dict[str, object]] = field(default_factory=list)
    rejected: list[dict[str, str]] = field(default_factory=list)
    private: list[dict[str, str]] = field(default_factory=list)

    @property
    def must_be_retried(self) -> bool:
        """Whether something was refused that may be read at another time."""
        return any(row["code"] in RETRIED for row in self.rejected)

    def refuse(self, source: Source, error: BleedmapError) -> None:
        """Note why a source, or a part of it, is not used."""
        self.rejected.append(_refusal(source.id, error))

    def refuse_missing(self, inputs: int) -> None:
        """Note inputs that were there when the run was planned and are not any more; nobody knows which they were."""
        error = ScanError(
            "gone",
            found="an input that was removed or renamed since the run was planned",
            expected="inputs that stay where they are during a run",
            remedy="put it back, or run again, which plans without it",
        )
        self.rejected += [_refusal("", error)] * inputs

    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Scans, rejected and private rows as tables with fixed columns."""
        return (
            pd.DataFrame(self.scans, columns=list(SCAN_COLUMNS)),
            pd.DataFrame(self.rejected, columns=list(REJECTED_COLUMNS)),
            pd.DataFrame(self.private, columns=["scan", "source", "file"]),
        )


def ingest(sources: Iterable[Source], read: Callable[[Source], list[Scan | ScanError]], archive: Path) -> Ingested:
    """Read sources one by one into an archive; memory holds one scan.

    Args:
        sources: what to read.
        read: the adapter's reader.
        archive: zip to write.
    """
    result = Ingested()
    with write_archive(archive) as writer:
        for source in sources:
            result.private.append(private_row(source))
            for found in read_source(read, source):
                fault = _repeated(found, result) if isinstance(found, Scan) else found
                if isinstance(found, Scan) and fault is None:
                    fault = _add(writer, found, result)
                if fault is not None:
                    result.refuse(source, fault)
    return result


def _refusal(scan: str, error: BleedmapError) -> dict[str, str]:
    return {"scan": scan, **asdict(error)}


def private_row(source: Source) -> dict[str, str]:
    """What leads from a scan id back to its source and first file; for the user alone."""
    return {"scan": source.id, "source": _as_text(source.name), "file": _as_text(_first_file(source))}


def read_source(read: Callable[[Source], list[Scan | ScanError]], source: Source) -> Sequence[Scan | BleedmapError]:
    """Scans of a source, and the fault of each part of it that is none or cannot be read now.

    Args:
        read: the adapter's reader.
        source: what to read.
    """
    if source.fault is not None:
        return [source.fault]
    try:
        return read(source)
    except (ScanError, ReadError) as error:
        return [error]
    except Exception as error:
        if not is_scan_fault(error):
            raise
        return [refused(source.id, "to read it", error)]


def _add(writer: ArchiveWriter, scan: Scan, result: Ingested) -> ScanError | None:
    """Write a scan; returns why that cannot be done."""
    try:
        described = _describe(scan)
        add_scan(writer, scan)
    except Exception as error:
        if not is_scan_fault(error):
            raise
        return refused(scan.id, "to write it", error)
    result.scans.append(described)
    return None


def _repeated(scan: Scan, result: Ingested) -> ScanError | None:
    if scan.id not in {row["scan"] for row in result.scans}:
        return None
    return ScanError(
        "same-name",
        found="a scan with the name of another",
        expected="a name for each scan",
        remedy="rename its folder or file; signs other than letters, digits, dots and dashes make no difference",
    )


def _describe(scan: Scan) -> dict[str, object]:
    geometry = scan.volume.geometry
    slices, rows, columns = scan.volume.hu.shape
    slice_mm, row_mm, column_mm = (round(value, 4) for value in geometry.spacing)
    return {
        "scan": scan.id,
        "subject": scan.subject,
        "slices": slices,
        "rows": rows,
        "columns": columns,
        "slice_mm": slice_mm if geometry.in_mm else None,
        "row_mm": row_mm if geometry.in_mm else None,
        "column_mm": column_mm if geometry.in_mm else None,
        "tilt_degrees": round(geometry.tilt_degrees(), 2),
        "even": geometry.is_even(),
        "intensity": scan.volume.intensity,
        "window_level": scan.volume.window[0] if scan.volume.window else None,
        "window_width": scan.volume.window[1] if scan.volume.window else None,
        "positive_slices": int((scan.labels == 1).sum()),
        "labelled_slices": int((scan.labels >= 0).sum()),
        "scan_label": scan.scan_label,
        **_subtypes(scan),
        "truth": scan.truth is not None,
        "truth_subtypes": scan.truth_subtypes,
        "boxes": len(scan.boxes),
        "flags": " ".join(scan.volume.flags),
    }


def _subtypes(scan: Scan) -> dict[str, int]:
    """Each subtype somewhere in a scan: 1, nowhere: 0, unknown: -1."""
    if scan.scan_subtypes is None:
        return dict.fromkeys(SUBTYPES, UNKNOWN_LABEL)
    return {name: int(value) for name, value in zip(SUBTYPES, scan.scan_subtypes, strict=True)}


def _first_file(source: Source) -> str:
    if not source.files:
        return ""
    first = source.files[0]
    return f"{first.archive.as_posix()}!{first.member}" if isinstance(first, ZipMember) else first.as_posix()


def _as_text(name: str) -> str:
    """A file name, which need not be text, with whatever is none written as its number."""
    return name.encode(errors="backslashreplace").decode()

"""Read every source of a shard: good scans into the archive, the others into a table with the reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from bleedmap.constants import SUBTYPES, UNKNOWN_LABEL
from bleedmap.datasets.sources import Source
from bleedmap.errors import ScanError
from bleedmap.provenance.archive import write_archive
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.scan_archive import add_scan
from bleedmap.volumes.zip_member import ZipMember

SCAN_COLUMNS = (
    "scan", "subject", "slices", "rows", "columns", "slice_mm", "row_mm", "column_mm", "tilt_degrees", "even",
    "intensity", "window_level", "window_width", "positive_slices", "labelled_slices", "scan_label", *SUBTYPES,
    "truth", "truth_subtypes", "boxes", "flags",
)  # fmt: skip
REJECTED_COLUMNS = ("scan", "code", "found", "expected", "remedy")


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

    def refuse(self, source: Source, error: ScanError) -> None:
        """Note why a source, or a part of it, is not used."""
        reason = {"code": error.code, "found": error.found, "expected": error.expected, "remedy": error.remedy}
        self.rejected.append({"scan": source.id, **reason})

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
            for found in _read(read, source):
                fault = found if isinstance(found, ScanError) else _repeated(found, result)
                if fault is not None:
                    result.refuse(source, fault)
                elif isinstance(found, Scan):
                    add_scan(writer, found)
                    result.scans.append(_describe(found))
    return result


def private_row(source: Source) -> dict[str, str]:
    """What leads from a scan id back to its source and first file; for the user alone."""
    return {"scan": source.id, "source": _as_text(source.name), "file": _as_text(_first_file(source))}


def _read(read: Callable[[Source], list[Scan | ScanError]], source: Source) -> list[Scan | ScanError]:
    try:
        return read(source)
    except ScanError as error:
        return [error]


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

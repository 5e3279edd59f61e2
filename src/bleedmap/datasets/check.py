"""Check a copy of a data set before use: every scan is read, and what does not fit together is told."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from bleedmap.config.datasets import AnyDataset, PhantomSpec
from bleedmap.console import track
from bleedmap.datasets import checking, listing, reading
from bleedmap.datasets.about import About
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.ingest import private_row, read_source
from bleedmap.errors import BleedmapError, ScanError, TableError
from bleedmap.volumes.ct_volume import Scan

MISFIT_SHARE = 0.25  # slices without brain do not count, a wrong window does


@dataclass
class _Seen:
    """What was met so far, to tell repetitions."""

    scans: int = 0
    voxels: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    windows: list[tuple[float, float]] = field(default_factory=list)
    misfits: int = 0


def check_data(spec: AnyDataset) -> list[Finding]:
    """Read a data set as its ingestion would and tell everything that a user should know; memory holds one scan.

    Args:
        spec: config of the data set.

    Returns:
        Faults of the data set as a whole first, then scan by scan in the order of their ids.
    """
    if isinstance(spec, PhantomSpec):
        return []
    lists, reads, checks = listing(spec), reading(spec), checking(spec)
    try:
        sources = sorted(lists.list_sources(spec), key=lambda source: source.id)
        findings = list(checks.check(spec)) if checks else []
    except TableError as error:
        return [Finding("", error)]
    seen = _Seen()
    for source in track(sources, "checking", unit="scans"):
        for part in read_source(partial(reads.read, spec), source):
            findings += _of_scan(part, seen) if isinstance(part, Scan) else [Finding(source.id, part)]
    return [*_of_count(lists.ABOUT, seen.scans), *_of_windows(seen), *findings]


def findings_table(findings: Sequence[Finding]) -> pd.DataFrame:
    """Findings as rows of ``kind, scan, code, found, expected, remedy``."""
    return pd.DataFrame(
        [
            {
                "kind": "note" if finding.is_note else "fault",
                "scan": finding.scan,
                "code": finding.fault.code,
                "found": finding.fault.found,
                "expected": finding.fault.expected,
                "remedy": finding.fault.remedy,
            }
            for finding in findings
        ],
        columns=["kind", "scan", "code", "found", "expected", "remedy"],
    )


def sources_table(spec: AnyDataset) -> pd.DataFrame:
    """Where every scan of a data set lies, as rows of ``scan, source, file``; for its owner alone."""
    sources = sorted(listing(spec).list_sources(spec), key=lambda source: source.id)
    return pd.DataFrame([private_row(source) for source in sources], columns=["scan", "source", "file"])


def _of_scan(scan: Scan, seen: _Seen) -> Iterator[Finding]:
    seen.scans += 1
    seen.windows += [scan.volume.window] if scan.volume.window else []
    seen.misfits += "window-misfit" in scan.volume.flags
    yield from _labels_against_truth(scan)
    yield from _repetitions(scan, seen)
    if (scan.labels < 0).all() and scan.scan_label < 0 and scan.truth is None:
        yield Finding(
            scan.id,
            ScanError(
                "no-label",
                found="a scan without label or mask",
                expected="at least one of them, for training or scoring",
                remedy="add its rows to the label table, or use the scan for prediction only",
            ),
        )
    for flag in scan.volume.flags:
        yield Finding(
            scan.id,
            ScanError(
                flag,
                found=f"a scan marked {flag}",
                expected="a plain stack of slices",
                remedy="nothing, the workflow deals with it; look at the scan if its results are odd",
            ),
            is_note=True,
        )


def _labels_against_truth(scan: Scan) -> Iterator[Finding]:
    if scan.truth is None:
        return
    drawn = np.asarray(scan.truth.any(axis=(1, 2)))
    judged = np.ones(drawn.shape, dtype=np.bool_) if scan.truth_slices is None else scan.truth_slices
    missed = int((judged & drawn & (scan.labels == 0)).sum())
    empty = int((judged & ~drawn & (scan.labels == 1)).sum())
    if missed or empty:
        yield Finding(
            scan.id,
            ScanError(
                "label-mask",
                found=f"{missed} slices labelled healthy with blood in the mask, {empty} labelled bleeding without any",
                expected="labels and masks that agree",
                remedy="correct whichever is wrong; training reads the labels, scoring the masks",
            ),
        )


def _repetitions(scan: Scan, seen: _Seen) -> Iterator[Finding]:
    digest = hashlib.sha256(scan.volume.hu.tobytes()).hexdigest()
    first = seen.voxels.setdefault(digest, scan.id)
    if first != scan.id:
        yield Finding(
            scan.id,
            ScanError(
                "same-voxels",
                found=f"the very voxels of {first}",
                expected="every scan once",
                remedy="remove one of the two, or a patient may stand on both sides of a split",
            ),
        )
    other = seen.subjects.setdefault(scan.subject, scan.id)
    if other != scan.id:
        yield Finding(
            scan.id,
            ScanError(
                "same-patient",
                found=f"another scan of the patient of {other}",
                expected="any number of scans a patient",
                remedy="nothing, splits keep a patient whole",
            ),
            is_note=True,
        )


def _of_windows(seen: _Seen) -> Iterator[Finding]:
    """The windows that pictures are taken to have, where they differ, and whether a told one fits them."""
    if len(set(seen.windows)) > 1:
        levels, widths = (f"{min(part):.0f} to {max(part):.0f}" for part in zip(*seen.windows, strict=True))
        level, width = np.median(seen.windows, axis=0)
        yield set_finding(
            "window",
            found=f"windows of level {levels} HU, mostly {level:.0f}, and width {widths} HU, mostly {width:.0f}",
            expected="the windows that the pictures were made with",
            remedy="nothing if that is likely, else tell the right one as window",
            is_note=True,
        )
    if seen.misfits > MISFIT_SHARE * len(seen.windows):
        yield set_finding(
            "window-misfit",
            found=f"brain outside 20 to 45 HU in {seen.misfits} of {len(seen.windows)} pictures",
            expected="the window that the pictures were made with",
            remedy="correct window, or set it to auto",
        )


def _of_count(about: About, scans: int) -> Iterator[Finding]:
    fault: BleedmapError | None = None
    if scans == 0:
        fault = TableError(
            "nothing-usable", found="no usable scan", expected="at least one", remedy="see the reasons below"
        )
    elif about.scans is not None and scans != about.scans:
        fault = TableError(
            "count",
            found=f"{scans} usable scans",
            expected=f"{about.scans} in the whole data set",
            remedy="fetch what is missing, or go on with a part of it",
        )
    if fault is not None:
        yield Finding("", fault, is_note=scans > 0)

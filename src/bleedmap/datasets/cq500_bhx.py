"""CQ500: head CT studies with three readers' votes a scan, and the boxes that BHX adds to their slices."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bleedmap.config.dicom_datasets import Cq500BhxSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.bhx_boxes import CHRONIC, FrameTable, boxes_file, place_box, read_frames
from bleedmap.datasets.cq500_layout import chosen_series, series_folders, study_folders
from bleedmap.datasets.cq500_votes import FINDINGS, finding_labels, majority, read_votes
from bleedmap.datasets.findings import Finding
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import UNKNOWN, Row
from bleedmap.datasets.sources import Source, files_below, no_images, part_names, stamp
from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.ct_volume import SUBTYPES, Box, Scan
from bleedmap.volumes.dicom import DicomSeries, read_study

ABOUT = About(
    title="CQ500 with BHX boxes",
    licence="CQ500: CC BY-NC-SA 4.0 as far as known; BHX: open access on PhysioNet; check both at the source",
    source="CQ500: http://headctstudy.qure.ai/dataset; BHX: https://doi.org/10.13026/9cft-hg92",
    layout="CQ500CT<n> CQ500CT<n>/Unknown Study/CT <series>/*.dcm and reads.csv; the BHX tables in another folder",
    scans=491,
)


def list_sources(spec: Cq500BhxSpec) -> list[Source]:
    """One source a study, or one a series where all are wanted.

    Raises:
        TableError: no studies, no ``reads.csv``, or no box table where one is asked for.
    """
    votes = read_votes(spec.root / "reads.csv")
    boxes = _digest_of_boxes(spec)
    sources = []
    for number, study in study_folders(spec.root).items():
        name = f"CQ500-CT-{number}"
        chosen = chosen_series(series_folders(study), spec.series)
        # a study without a series to read is a source without files
        parts = [(folder.name, tuple(files_below(folder))) for folder in chosen] or [("", ())]
        for series, files in parts:
            own = f"{name}-{series}" if spec.series == "all" and series else name
            details = (bool(series), votes.get(name, []), boxes, spec.chronic)
            sources.append(Source(public_name(own, public=spec.public_names), own, files, stamp(files, *details)))
    return sources


def read(spec: Cq500BhxSpec, source: Source) -> list[Scan | ScanError]:
    """Scans of a source with labels and boxes, and the fault of each part that is none.

    Raises:
        ScanError: ``other-series``, ``no-images``, ``label-value`` or ``label-contradiction``.
    """
    study = re.match(r"CQ500-CT-\d+", source.name)
    assert study is not None, "sources of this data set are named by list_sources"  # noqa: S101
    if not source.files:
        raise _nothing_to_read(spec, study[0])
    rows = read_votes(spec.root / "reads.csv").get(study[0], [])
    frames = read_frames(boxes_file(spec.boxes, spec.boxes_table)) if spec.boxes else FrameTable({})
    subject = public_name(study[0], public=spec.public_names)
    series, faults = read_study(source.files)
    names = part_names(source.id, len(series))
    scans = [_scan(spec, name, subject, part, rows, frames) for name, part in zip(names, series, strict=True)]
    return [*scans, *faults]


def check(spec: Cq500BhxSpec) -> list[Finding]:
    """What the folders, votes and boxes tell when held against each other; reads every header where boxes are given.

    Raises:
        TableError: no studies, no ``reads.csv``, or no box table where one is asked for.
    """
    from bleedmap.datasets.cq500_check import check_layout  # noqa: PLC0415  a check is no part of an ingestion

    return check_layout(spec)


def _scan(
    spec: Cq500BhxSpec, name: str, subject: str, series: DicomSeries, rows: Sequence[Row], frames: FrameTable
) -> Scan:
    volume, said = series.volume, majority(rows)
    boxes: list[Box] = []
    doubtful = np.isin(volume.slice_keys, frames.bad)
    for index, (uid, place) in enumerate(zip(volume.slice_keys, series.places, strict=True)):
        for frame in frames.frames.get(uid, ()):
            box = place_box(frame, place, volume, index)
            subtype = "sdh" if frame.subtype == CHRONIC and spec.chronic == "sdh" else frame.subtype
            if box is None or subtype == CHRONIC:
                doubtful[index] = True
            else:
                boxes.append(replace(box, subtype=subtype))
    boxed = np.zeros((len(volume.hu), len(FINDINGS)), dtype=np.bool_)
    for box in boxes:
        boxed[box.slice, [0, 1 + SUBTYPES.index(box.subtype)]] = True
    if said[0] == 0 and boxed.any():
        said = np.full(len(FINDINGS), UNKNOWN, dtype=np.int8)
        boxed[:] = False
    labels = np.stack(
        [finding_labels(int(vote), marked, doubtful) for vote, marked in zip(said, boxed.T, strict=True)], axis=1
    )
    return Scan(
        name,
        subject,
        volume,
        labels[:, 0],
        subtypes=labels[:, 1:],
        scan_label=int(said[0]),
        boxes=tuple(boxes),
    )


def _nothing_to_read(spec: Cq500BhxSpec, name: str) -> ScanError:
    study = study_folders(spec.root).get(int(name.rpartition("-")[2]))
    series = series_folders(study) if study else []
    if not series or chosen_series(series, spec.series):
        return no_images()
    return ScanError(
        "other-series",
        found="a study whose series are all of bone, with contrast or reformatted, as their folders are called",
        expected="a plain series",
        remedy="set series: all if they shall be read all the same",
    )


def _digest_of_boxes(spec: Cq500BhxSpec) -> str:
    """A digest of the whole box table: which of its rows are about a scan only the scan's headers tell."""
    if spec.boxes is None:
        return ""
    file = boxes_file(spec.boxes, spec.boxes_table)
    if not file.is_file():
        raise TableError(
            "no-table",
            found="no box table where the config says the BHX tables are",
            expected=f"a file named {file.name}",
            remedy="correct boxes or boxes_table",
        )
    return hashlib.sha256(file.read_bytes()).hexdigest()

"""CQ500: head CT studies with three readers' votes a scan, and the boxes that BHX adds to their slices."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bleedmap.config.dicom_datasets import Cq500BhxSpec
from bleedmap.constants import SUBTYPES, UNKNOWN_LABEL
from bleedmap.datasets.cq500_bhx.boxes import place_box
from bleedmap.datasets.cq500_bhx.frames import CHRONIC, FrameTable, boxes_file, read_frames
from bleedmap.datasets.cq500_bhx.layout import chosen_series, series_folders, study_folders
from bleedmap.datasets.cq500_bhx.majority import finding_labels, majority
from bleedmap.datasets.cq500_bhx.votes import FINDINGS, read_votes
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.scan_labels import subtypes_of_scan
from bleedmap.datasets.sources import Source, no_images, part_names
from bleedmap.datasets.tables import Row
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Box, Scan
from bleedmap.volumes.dicom.series import DicomSeries
from bleedmap.volumes.dicom.study import read_study


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


def _scan(
    spec: Cq500BhxSpec, name: str, subject: str, series: DicomSeries, rows: Sequence[Row], frames: FrameTable
) -> Scan:
    volume, said = series.volume, majority(rows)
    boxes: list[Box] = []
    doubtful, bad = np.zeros(len(volume.hu), dtype=np.bool_), set(frames.bad)
    for index, (key, copies, place) in enumerate(zip(volume.slice_keys, series.copies, series.places, strict=True)):
        uids = {key, *(copy.key for copy in copies)}
        doubtful[index] = not uids.isdisjoint(bad)
        # a frame that is drawn on every copy is one
        for frame in dict.fromkeys(frame for uid in sorted(uids) for frame in frames.frames.get(uid, ())):
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
        said = np.full(len(FINDINGS), UNKNOWN_LABEL, dtype=np.int8)
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
        scan_subtypes=subtypes_of_scan(labels[:, 1:], said[1:]),
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

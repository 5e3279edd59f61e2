"""CQ500: folders, votes and boxes held against each other; reads every header where boxes are given."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bleedmap.config.dicom_datasets import Cq500BhxSpec
from bleedmap.console import track
from bleedmap.datasets.cq500_bhx.frames import FrameTable, boxes_file, is_inside, read_frames
from bleedmap.datasets.cq500_bhx.layout import chosen_series, series_folders, study_folders
from bleedmap.datasets.cq500_bhx.majority import majority
from bleedmap.datasets.cq500_bhx.votes import FINDINGS, READERS, read_votes
from bleedmap.datasets.dicom_tags import read_tags
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.sources import files_below
from bleedmap.datasets.tables import Row
from bleedmap.errors import ScanError

Images = dict[str, tuple[str, int, int]]  # by SOPInstanceUID: name of the scan, rows, columns
Votes = Mapping[str, Sequence[Row]]


def check(spec: Cq500BhxSpec) -> list[Finding]:
    """Compare folders, votes and boxes.

    Raises:
        TableError: no studies, no ``reads.csv``, or no box table where one is asked for.
    """
    votes, studies = read_votes(spec.root / "reads.csv"), study_folders(spec.root)
    names = {f"CQ500-CT-{number}": study for number, study in studies.items()}
    findings = [*_of_folders(spec, len(studies)), *_of_votes(spec, votes, list(names))]
    if spec.boxes:
        frames = read_frames(boxes_file(spec.boxes, spec.boxes_table))
        series = [(name, folder) for name, study in names.items() for folder in series_folders(study)]
        images = _images([(name, file) for name, folder in series for file in files_below(folder)])
        findings += [*_of_boxes(frames, images), *_boxes_against_votes(spec, frames, images, votes)]
    return findings


def _of_folders(spec: Cq500BhxSpec, studies: int) -> Iterator[Finding]:
    strays = sum(1 for entry in spec.root.iterdir() if entry.is_dir() and not entry.name.startswith(".")) - studies
    inside = spec.boxes is not None and spec.boxes.resolve().parent == spec.root.resolve()
    if strays - inside > 0:
        yield set_finding(
            "stray-folder",
            found=f"{strays - inside} folders beside the studies",
            expected="folders named CQ500CT<n> CQ500CT<n>",
            remedy="give them back their names, or move them away",
        )
    for number, study in study_folders(spec.root).items():
        left_out = len(series_folders(study)) - len(chosen_series(series_folders(study), spec.series))
        if left_out:
            yield Finding(
                public_name(f"CQ500-CT-{number}", public=spec.public_names),
                ScanError(
                    "other-series",
                    found=f"{left_out} more series that are not read",
                    expected="one plain series a study",
                    remedy="nothing, or set series: all",
                ),
                is_note=True,
            )


def _of_votes(spec: Cq500BhxSpec, votes: Votes, names: Sequence[str]) -> Iterator[Finding]:
    without_scan = len(set(votes) - set(names))
    if without_scan:
        yield set_finding(
            "label-scan",
            found=f"votes on {without_scan} scans that are not there",
            expected="a folder for each name in reads.csv",
            remedy="fetch the scans, or go on with a part of the data set",
        )
    for name in names:
        for fault in _of_rows(votes.get(name, [])):
            yield Finding(public_name(name, public=spec.public_names), fault)


def _of_rows(rows: Sequence[Row]) -> Iterator[ScanError]:
    """Faults of the rows on one scan that its ingestion passes over."""
    remedy = "correct reads.csv, or fetch it again"
    if not rows:
        yield ScanError("no-label", found="a scan without a row in reads.csv", expected="one row", remedy=remedy)
        return
    if len(rows) > 1:
        yield ScanError("label-repeated", found=f"{len(rows)} rows on one scan", expected="one", remedy=remedy)
    cells = [row[f"{reader}:{finding}"] for row in rows for reader in READERS for finding in FINDINGS]
    empty = cells.count("")
    if empty:
        yield ScanError("vote-missing", found=f"{empty} empty votes", expected="three readers' votes", remedy=remedy)
    try:
        said = majority(rows)
    except ScanError:
        return  # reading the scan tells of it
    if (said < 0).all() and not empty:
        yield ScanError(
            "vote-contradiction",
            found="a majority for a subtype beside one against hemorrhage",
            expected="hemorrhage wherever there is a subtype",
            remedy="nothing, the scan's labels count as unknown; correct reads.csv if it was edited",
        )


def _images(files: Sequence[tuple[str, Path]]) -> Images:
    paths = [file for _, file in files]
    tags = read_tags(paths, ["SOPInstanceUID", "Rows", "Columns"])
    found: Images = {}
    for (name, _), values in zip(files, track(tags, "reading headers", total=len(files), unit="files"), strict=True):
        if values is not None and values[1].isdigit() and values[2].isdigit():
            found[values[0]] = (name, int(values[1]), int(values[2]))
    return found


def _of_boxes(frames: FrameTable, images: Images) -> Iterator[Finding]:
    unknown = len(frames.frames.keys() - images.keys())
    outside = sum(
        not is_inside(frame, *images[uid][1:]) for uid, some in frames.frames.items() if uid in images for frame in some
    )
    remedy = "fetch the BHX table again; slices with such a row and no other box count as unlabelled"
    for code, count, found, expected in (
        ("box-data", len(frames.bad) - frames.unknown_labels, "rows whose data is no box", "x, y, width and height"),
        ("box-label", frames.unknown_labels, "boxes with an unknown label", "one of the six labels of BHX"),
        ("box-outside", outside, "boxes that reach beyond their picture", "boxes in the pixels of the original files"),
        ("box-image", unknown, "slices with boxes that are not there", "a file for each SOPInstanceUID"),
    ):
        if count:
            mend = "fetch the missing series, or go on with a part of them" if code == "box-image" else remedy
            yield set_finding(code, found=f"{count} {found}", expected=expected, remedy=mend)


def _boxes_against_votes(spec: Cq500BhxSpec, frames: FrameTable, images: Images, votes: Votes) -> Iterator[Finding]:
    for name in sorted({images[uid][0] for uid in frames.frames if uid in images}):
        try:
            said = majority(votes.get(name, []))
        except ScanError:
            continue  # reading the scan tells of it
        if said[0] == 0:
            yield Finding(
                public_name(name, public=spec.public_names),
                ScanError(
                    "label-box",
                    found="boxes on a scan that two of three readers call free of hemorrhage",
                    expected="boxes and votes that agree",
                    remedy="look at the scan; until then its labels count as unknown",
                ),
            )

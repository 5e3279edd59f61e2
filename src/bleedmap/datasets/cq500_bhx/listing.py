"""CQ500: which studies and series a copy holds, with their votes; no scan is opened."""

from pathlib import Path

from bleedmap.config.dicom_datasets import Cq500BhxSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.cq500_bhx.frames import boxes_file
from bleedmap.datasets.cq500_bhx.layout import chosen_series, series_folders, study_folders
from bleedmap.datasets.cq500_bhx.votes import read_votes
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.sources import Source, files_below, stamp
from bleedmap.errors import BleedmapError, TableError
from bleedmap.provenance.files import file_digest

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
        parts = [(folder.name, *_files(folder)) for folder in chosen] or [("", (), None)]
        for series, files, fault in parts:
            own = f"{name}-{series}" if spec.series == "all" and series else name
            details = (bool(series), votes.get(name, []), boxes, spec.chronic)
            digest = stamp(files, *details, *([fault.code] if fault else []))
            sources.append(Source(public_name(own, public=spec.public_names), own, files, digest, fault))
    return sources


def _files(series: Path) -> tuple[tuple[Path, ...], BleedmapError | None]:
    """Files of a series, or why they cannot be listed."""
    try:
        return tuple(files_below(series)), None
    except BleedmapError as fault:
        return (), fault


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
    return file_digest(file)

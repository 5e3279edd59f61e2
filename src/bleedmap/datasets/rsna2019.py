"""RSNA 2019 intracranial hemorrhage detection: a flat folder of slices, six label rows each, scans by header only."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.datasets.about import About
from bleedmap.datasets.findings import Finding
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import UNKNOWN, contradiction
from bleedmap.datasets.rsna2019_exclusion import excluded_patients
from bleedmap.datasets.rsna2019_index import IMAGES, Index, load_index
from bleedmap.datasets.rsna2019_labels import CONTRADICTED
from bleedmap.datasets.scan_labels import of_scan
from bleedmap.datasets.sources import Source, part_names
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.dicom import DicomSeries, read_study

ABOUT = About(
    title="RSNA 2019 Intracranial Hemorrhage Detection",
    licence="terms of use of the RSNA challenge, non-commercial research; check them at the source",
    source="https://www.kaggle.com/c/rsna-intracranial-hemorrhage-detection (login, accept the rules)",
    layout="stage_2_train/ID_<9 hex>.dcm (752,803 files) and stage_2_train.csv; then `bleedmap index-data` once",
)


def list_sources(spec: Rsna2019Spec) -> list[Source]:
    """One source a series, from the index alone, without the patients under ``exclude``; one an unreadable image.

    A source names its first image only: paths of all would cost more than everything else, and the index has them.

    Raises:
        TableError: no index, or a place under ``exclude`` that names nobody.
    """
    index, folder = load_index(spec), spec.root / IMAGES
    left_out = excluded_scans(spec, index)
    scans = [
        _source(spec, name, folder / f"{index.images[rows.start]}.dcm", digest)
        for (name, rows), digest in zip(index.scans.items(), index.stamps, strict=True)
        if name not in left_out
    ]
    return scans + [_source(spec, image, folder / f"{image}.dcm", "unreadable") for image in index.unreadable]


def excluded_scans(spec: Rsna2019Spec, index: Index) -> set[str]:
    """Names of the scans with any slice of an excluded patient.

    Raises:
        TableError: a place under ``exclude`` that names nobody.
    """
    patients = excluded_patients(spec.exclude)
    is_excluded = np.array([patient in patients for patient in index.patient_ids], dtype=np.bool_)
    if not is_excluded.any():
        return set()
    return {name for name, rows in index.scans.items() if is_excluded[index.patients[rows]].any()}


def read(spec: Rsna2019Spec, source: Source) -> list[Scan | ScanError]:
    """The scan of a source, its slices labelled by the table.

    Raises:
        ScanError: ``no-study``, ``label-contradiction``, ``mixed-patients``, or why nothing of the source is a scan.
    """
    index = load_index(spec)
    rows = index.scans.get(source.name)
    if rows is None:
        raise _no_study()
    patients = np.unique(index.patients[rows])
    if len(patients) > 1:
        raise ScanError(
            "mixed-patients",
            found=f"{len(patients)} patients in one series",
            expected="one",
            remedy="fetch the images again, then run `bleedmap index-data` again",
        )
    subject = public_name(str(index.patient_ids[patients[0]]), public=spec.public_names)
    labels = dict(zip(index.images[rows], index.labels[rows], strict=True))
    series, faults = read_study([spec.root / IMAGES / f"{image}.dcm" for image in index.images[rows]])
    names = part_names(source.id, len(series))
    return [*(_scan(name, subject, found, labels) for name, found in zip(names, series, strict=True)), *faults]


def check(spec: Rsna2019Spec) -> list[Finding]:
    """What the layout and the label table tell before any pixel is read.

    Raises:
        TableError: no index, no images or no label table.
    """
    from bleedmap.datasets.rsna2019_check import check_layout  # noqa: PLC0415  a check is no part of an ingestion

    return check_layout(spec)


def _scan(name: str, subject: str, series: DicomSeries, known: dict[str, NDArray[np.int8]]) -> Scan:
    board = np.stack([known[Path(file).stem] for file in series.file_names])
    if (board == CONTRADICTED).any():
        raise contradiction()
    labels, subtypes = board[:, 0], board[:, 1:]
    return Scan(
        name,
        subject,
        series.volume,
        labels,
        subtypes=None if (subtypes == UNKNOWN).all() else subtypes,
        scan_label=of_scan(labels),
    )


def _no_study() -> ScanError:
    return ScanError(
        "no-study",
        found="an image whose header is damaged, or names no patient, study or series",
        expected="all three",
        remedy="fetch the image again, then run `bleedmap index-data` again",
    )


def _source(spec: Rsna2019Spec, name: str, first: Path, digest: str) -> Source:
    return Source(public_name(name, public=spec.public_names), name, (first,), digest)

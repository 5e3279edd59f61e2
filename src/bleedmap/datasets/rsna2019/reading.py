"""RSNA 2019 intracranial hemorrhage detection: a flat folder of slices, six label rows each, scans by header only."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.constants import UNKNOWN_LABEL
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import contradiction
from bleedmap.datasets.rsna2019.index import CONTRADICTED, IMAGES, LABELS, load_index
from bleedmap.datasets.scan_labels import fill_in, of_scan, subtypes_of_scan
from bleedmap.datasets.sources import Source, part_names
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.dicom.series import DicomSeries
from bleedmap.volumes.dicom.study import read_study


def read(spec: Rsna2019Spec, source: Source) -> list[Scan | ScanError]:
    """Scans of a source, their slices labelled by the table, and the fault of each part of it that is none.

    A slice that is there under several names has the labels of them all.

    Raises:
        ScanError: ``no-study``, ``mixed-patients``, or why nothing of the source is a scan.
    """
    indexed = load_index(spec).scans.get(source.name)
    if indexed is None:
        raise _no_study()
    if len(indexed.patients) > 1:
        raise ScanError(
            "mixed-patients",
            found=f"{len(indexed.patients)} patients in one series",
            expected="one",
            remedy="fetch the images again, then run `bleedmap index-data` again",
        )
    (patient,) = indexed.patients
    subject = public_name(patient, public=spec.public_names)
    labels = {image: np.array(row, dtype=np.int8) for image, row in zip(indexed.images, indexed.labels, strict=True)}
    series, faults = read_study([spec.root / IMAGES / f"{image}.dcm" for image in indexed.images])
    names = part_names(source.id, len(series))
    return [*(_scan(name, subject, found, labels) for name, found in zip(names, series, strict=True)), *faults]


def _scan(name: str, subject: str, series: DicomSeries, known: dict[str, NDArray[np.int8]]) -> Scan | ScanError:
    board = np.full((len(series.file_names), len(LABELS)), UNKNOWN_LABEL, dtype=np.int8)
    try:
        for place, file, copies in zip(board, series.file_names, series.copies, strict=True):
            for image in (file, *(copy.file for copy in copies)):
                fill_in(place, known[Path(image).stem])
    except ScanError as fault:
        return fault
    # of two names of a slice, one may deny any bleed and the other tell its subtype
    denied = (board[:, 0] == 0) & (board[:, 1:] == 1).any(axis=1)
    if denied.any() or (board == CONTRADICTED).any():
        return contradiction()
    labels = board[:, 0]
    subtypes = None if (board[:, 1:] == UNKNOWN_LABEL).all() else board[:, 1:]
    return Scan(
        name,
        subject,
        series.volume,
        labels,
        subtypes=subtypes,
        scan_label=of_scan(labels),
        scan_subtypes=subtypes_of_scan(subtypes),
    )


def _no_study() -> ScanError:
    return ScanError(
        "no-study",
        found="an image whose header is damaged, or names no patient, study or series as the data set does",
        expected="all three, such as ID_0a1b2c3d",
        remedy="fetch the image again, then run `bleedmap index-data` again",
    )

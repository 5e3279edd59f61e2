"""RSNA 2019 intracranial hemorrhage detection: a flat folder of slices, six label rows each, scans by header only."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.constants import UNKNOWN_LABEL
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import contradiction
from bleedmap.datasets.rsna2019.index import CONTRADICTED, IMAGES, load_index
from bleedmap.datasets.scan_labels import of_scan, subtypes_of_scan
from bleedmap.datasets.sources import Source, part_names
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.dicom.series import DicomSeries
from bleedmap.volumes.dicom.study import read_study


def read(spec: Rsna2019Spec, source: Source) -> list[Scan | ScanError]:
    """The scan of a source, its slices labelled by the table.

    Raises:
        ScanError: ``no-study``, ``label-contradiction``, ``mixed-patients``, or why nothing of the source is a scan.
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


def _scan(name: str, subject: str, series: DicomSeries, known: dict[str, NDArray[np.int8]]) -> Scan:
    board = np.stack([known[Path(file).stem] for file in series.file_names])
    if (board == CONTRADICTED).any():
        raise contradiction()
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
        found="an image whose header is damaged, or names no patient, study or series",
        expected="all three",
        remedy="fetch the image again, then run `bleedmap index-data` again",
    )

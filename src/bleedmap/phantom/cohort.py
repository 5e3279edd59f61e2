"""A cohort on disk: DICOM series, labels and voxel truth, as a hospital data group would hold them."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.labels import SCAN_COLUMNS, SLICE_COLUMNS, scan_row, slice_rows
from bleedmap.phantom.scanner.dicom import make_slices
from bleedmap.phantom.scanner.series import make_series, scan_geometry
from bleedmap.phantom.subject import PhantomSubject, make_subject
from bleedmap.volumes.nifti import write_nifti


def write_cohort(spec: PhantomSpec, indices: Iterable[int], folder: Path) -> None:
    """Write subjects one at a time; equal arguments give equal bytes.

    Makes ``dicom/<name>/<NNN>.dcm`` (file names in no order), ``masks/<name>.nii.gz`` (uint8 truth 0 to 5, RAS),
    ``labels.csv`` with a row a slice (scan, SOP instance UID, subject, hemorrhage, the five subtypes) and
    ``scan_labels.csv`` with a row a scan.

    Args:
        spec: the cohort.
        indices: which subjects.
        folder: where to; made if it is not there.
    """
    (folder / "masks").mkdir(parents=True, exist_ok=True)
    with (
        (folder / "labels.csv").open("w", newline="", encoding="utf-8") as slices,
        (folder / "scan_labels.csv").open("w", newline="", encoding="utf-8") as scans,
    ):
        of_slices, of_scans = (csv.writer(file, lineterminator="\n") for file in (slices, scans))
        of_slices.writerow(SLICE_COLUMNS)
        of_scans.writerow(SCAN_COLUMNS)
        for index in indices:
            subject = make_subject(spec, index)
            _write_subject(spec.seed, index, subject, folder)
            of_slices.writerows(slice_rows(spec, index, subject))
            of_scans.writerow(scan_row(spec, subject))


def _write_subject(seed: int, index: int, subject: PhantomSubject, folder: Path) -> None:
    series = make_series(seed, index, subject)
    scans = folder / "dicom" / subject.name
    scans.mkdir(parents=True, exist_ok=True)
    # Ingestion has to sort by position: neither names nor, for some, instance numbers rise with the slices.
    names = np.random.default_rng([seed, index, 2]).permutation(len(subject.hu))
    for name, data in zip(names, make_slices(seed, index, subject, series), strict=True):
        data.save_as(scans / f"{name + 1:03d}.dcm", enforce_file_format=True)
    write_nifti(folder / "masks" / f"{subject.name}.nii.gz", subject.truth, scan_geometry(series, subject))

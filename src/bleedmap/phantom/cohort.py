"""A cohort on disk: DICOM series, slice labels and voxel truth, as a hospital data group would hold them."""

import csv
from collections.abc import Iterable
from pathlib import Path

import nibabel
import numpy as np

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.dicom import make_series, make_slices, series_affine, slice_uid
from bleedmap.phantom.subject import PhantomSubject, make_subject

LABEL_COLUMNS = ("scan", "slice", "subject", "hemorrhage")


def write_cohort(spec: PhantomSpec, indices: Iterable[int], folder: Path) -> None:
    """Write subjects one at a time; equal arguments give equal bytes.

    Makes ``dicom/<name>/<NNN>.dcm`` (file names in no order), ``masks/<name>.nii.gz`` (uint8 truth 0 to 5, RAS) and
    ``labels.csv`` with columns scan, slice (SOP instance UID), subject and hemorrhage (0 or 1).

    Args:
        spec: the cohort.
        indices: which subjects.
        folder: where to; made if it is not there.
    """
    (folder / "masks").mkdir(parents=True, exist_ok=True)
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(LABEL_COLUMNS)
        for index in indices:
            subject = make_subject(spec, index)
            _write_subject(spec.seed, index, subject, folder)
            for number, truth in enumerate(subject.truth):
                table.writerow((subject.name, slice_uid(spec.seed, index, number), subject.name, int(truth.any())))


def _write_subject(seed: int, index: int, subject: PhantomSubject, folder: Path) -> None:
    series = make_series(seed, index, subject)
    scans = folder / "dicom" / subject.name
    scans.mkdir(parents=True, exist_ok=True)
    # Ingestion has to sort by position: neither names nor, for some, instance numbers rise with the slices.
    names = np.random.default_rng([seed, index, 2]).permutation(len(subject.hu))
    for name, data in zip(names, make_slices(seed, index, subject, series), strict=True):
        data.save_as(scans / f"{name + 1:03d}.dcm", enforce_file_format=True)

    image = nibabel.Nifti1Image(subject.truth.transpose(2, 1, 0), series_affine(series, subject))
    image.header.set_xyzt_units("mm")
    nibabel.save(image, folder / "masks" / f"{subject.name}.nii.gz")

"""INSTANCE 2022 in small: its layout and file names, with phantoms for patients."""

import nibabel as nib
import numpy as np

from bleedmap.config.datasets import PhantomSpec
from bleedmap.volumes.nifti_file import packed
from tests.heads import made_head

SCANS = 6


def cohort(seed):
    return PhantomSpec(subjects=SCANS, seed=seed, prevalence=1.0, matrix=80, slice_thickness_mm=10)


def write(folder, seed):
    for part in ("data", "label"):
        (folder / "train_2" / part).mkdir(parents=True, exist_ok=True)
    for index in range(SCANS):
        subject = made_head(cohort(seed), index)
        for part, array in (("data", subject.hu), ("label", (subject.truth > 0).astype(np.uint8))):
            slice_mm, row_mm, column_mm = subject.spacing
            # columns to the right, rows to the back
            image = nib.Nifti1Image(array.transpose(2, 1, 0)[::-1], np.diag([column_mm, -row_mm, slice_mm, 1.0]))
            (folder / "train_2" / part / f"{index + 1:03d}.nii.gz").write_bytes(packed(image))

"""PhysioNet CT-ICH 1.3.1 in small: its layout, file names, header geometry and table, with phantoms for patients."""

import csv

import nibabel as nib
import numpy as np

from bleedmap.config.datasets import PhantomSpec
from tests.heads import made_head

PATIENTS = (49, 50, 57, 58, 66, 130)  # as in the set itself, some numbers are left out
SUBTYPE_VALUES = {"Intraventricular": 2, "Intraparenchymal": 1, "Subarachnoid": 3, "Epidural": 5, "Subdural": 4}


def cohort(seed):
    return PhantomSpec(
        subjects=len(PATIENTS), seed=seed, prevalence=0.7, matrix=80, slice_thickness_mm=10, field_of_view_mm=220
    )


def write(folder, seed):
    for part in ("ct_scans", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    with (folder / "hemorrhage_diagnosis_raw_ct.csv").open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow(("PatientNumber", "SliceNumber", *SUBTYPE_VALUES, "No_Hemorrhage", "Fracture_Yes_No"))
        for index, patient in enumerate(PATIENTS):
            subject = made_head(cohort(seed), index)
            save(subject.hu, subject.spacing, folder / "ct_scans" / f"{patient:03d}.nii")
            save((subject.truth > 0).astype(np.uint8) * 255, subject.spacing, folder / "masks" / f"{patient:03d}.nii")
            for number, truth in enumerate(subject.truth, 1):
                bleeds = [int((truth == value).any()) for value in SUBTYPE_VALUES.values()]
                table.writerow((patient, number, *bleeds, int(not any(bleeds)), 0))


def save(array, spacing, path):
    """Columns to the left, rows to the front, slices to the head, as dcm2niix writes a plain axial series."""
    slice_mm, row_mm, column_mm = spacing
    affine = np.diag([-column_mm, row_mm, slice_mm, 1.0])
    affine[:3, 3] = (105.25, -23.5, -690.5)
    image = nib.Nifti1Image(array.transpose(2, 1, 0)[:, ::-1], affine)
    image.header.set_qform(affine, code=1)
    image.header.set_sform(affine, code=1)
    image.header.set_xyzt_units("mm")
    nib.save(image, path)

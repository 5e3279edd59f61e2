"""BHSD in small: its layout, file names, label numbers and headers, with phantoms for patients."""

import json

import nibabel as nib
import numpy as np

from bleedmap.config.datasets import PhantomSpec
from bleedmap.volumes.nifti_file import packed
from tests.heads import made_head

LABELS = ("background", "epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural")
THEIRS = np.array([0, 2, 3, 4, 5, 1], dtype=np.uint8)  # phantom truth 0..5 = none, IPH, IVH, SAH, SDH, EDH
NAMES = (
    "ID_0a11ce01_ID_0123456789",
    "ID_1b0b0b02_ID_123456789a",
    "ID_2db7ee14_ID_23456789ab",  # one patient with two scans
    "ID_2db7ee14_ID_f27e38fdfd",
    "ID_3d0d0d04_ID_3456789abc",
    "ID_4e0e0e05_ID_456789abcd",
)
UNLABELLED = {"anybleed": "ID_5f0f0f06_ID_56789abcde", "nobleed": "ID_60606007_ID_6789abcdef"}


# The six labelled patients of this phantom cohort have all five subtypes among them.
PHANTOM_SEED = 6


def cohort(seed, prevalence=1.0):
    return PhantomSpec(
        subjects=9,
        seed=PHANTOM_SEED + seed,
        prevalence=prevalence,
        matrix=80,
        slice_thickness_mm=10,
        field_of_view_mm=230,
    )


def write(folder, seed):
    for part in ("label_192/images", "label_192/ground truths", "unlabel_2000/anybleed", "unlabel_2000/nobleed"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(NAMES):
        subject = made_head(cohort(seed), index)
        save(subject, subject.hu, folder / "label_192" / "images" / f"{name}.nii.gz", both_forms=index == 1)
        save(subject, THEIRS[subject.truth], folder / "label_192" / "ground truths" / f"{name}.nii.gz")
    for index, (part, name) in enumerate(UNLABELLED.items(), len(NAMES)):
        subject = made_head(cohort(seed, float(part == "anybleed")), index)
        save(subject, subject.hu, folder / "unlabel_2000" / part / f"{name}.nii.gz")
    index = {
        "labels": {str(value): name for value, name in enumerate(LABELS)},
        "training": [
            {"image": f"./imagesTr/{name}.nii.gz", "label": f"./labelsTr/{name}.nii.gz"} for name in NAMES[::2]
        ],
        "test": [f"./imagesTs/{name}.nii.gz" for name in NAMES[1::2]],
    }
    (folder / "dataset.json").write_text(json.dumps(index, indent=4), encoding="utf-8")


def save(subject, array, path, *, both_forms=False):
    """Columns to the left, rows to the front, head tilted back by some degrees; HU as unsigned 16-bit."""
    slice_mm, row_mm, column_mm = subject.spacing
    sine, cosine = 0.2, 0.96**0.5
    affine = np.eye(4)
    affine[:3, 0] = (-column_mm, 0, 0)
    affine[:3, 1] = (0, row_mm * cosine, row_mm * sine)
    affine[:3, 2] = (0, -slice_mm * sine, slice_mm * cosine)
    affine[:3, 3] = (125.0, -96.0, -63.0)
    voxels = array.transpose(2, 1, 0)[:, ::-1]
    image = nib.Nifti1Image(np.ascontiguousarray(voxels).view(np.uint16) if array.dtype == np.int16 else voxels, affine)
    image.set_qform(affine, code=1)
    image.set_sform(affine if both_forms else None, code=int(both_forms))
    image.header.set_xyzt_units("mm")
    path.write_bytes(packed(image))

"""What is written of a scan: masks and image as NIfTI, a picture, ``prediction.json``."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bleedmap.datasets.sources import input_files
from bleedmap.datasets.study import nifti_of
from bleedmap.predict.found import Found
from bleedmap.predict.outputs.prediction import Prediction
from bleedmap.predict.preview import draw_preview
from bleedmap.provenance.atomic import write_text
from bleedmap.volumes.nifti import write_like, write_nifti
from bleedmap.volumes.regular import onto_grid, to_regular

IMAGES = {"hu": "ct", "mr": "mr"}


def write_outputs(found: Found, source: Path, out: Path) -> Prediction:
    """Write ``mask.nii.gz``, ``ct.nii.gz`` (or ``mr.nii.gz``), ``overlay.png`` and ``prediction.json`` into a folder.

    A NIfTI affine cannot say uneven gaps, so such a scan also gets ``ct_even.nii.gz`` and ``mask_even.nii.gz``, an even
    stack without tilt that is true in space throughout.

    Args:
        found: the scan and what is found in it.
        source: where it was read from.
        out: folder to write.
    """
    image, volume, labels = IMAGES[found.modality], found.volume, found.labels
    mask = labels > 0
    out.mkdir(parents=True, exist_ok=True)
    nifti = nifti_of(input_files(source))
    if nifti is not None:
        write_like(out / "mask.nii.gz", labels, nifti)
    else:
        write_nifti(out / "mask.nii.gz", labels, volume.geometry)
    write_nifti(out / f"{image}.nii.gz", volume.hu, volume.geometry)
    if not volume.geometry.is_even():
        regular = to_regular(volume)
        even = onto_grid(labels, volume.geometry, regular.geometry, regular.hu.shape)
        write_nifti(out / f"{image}_even.nii.gz", regular.hu, regular.geometry)
        write_nifti(out / "mask_even.nii.gz", even, regular.geometry)
    draw_preview(volume, mask, out / "overlay.png")
    voxel_ml = volume.geometry.voxel_ml
    assert voxel_ml is not None, "DICOM and NIfTI are in mm"  # noqa: S101
    prediction = Prediction(
        method=found.method,
        bundle=found.digest,
        modality=image,
        slices=len(mask),
        bleeding_slices=np.flatnonzero(mask.any(axis=(1, 2))).tolist(),
        volume_ml=round(float(mask.sum(axis=(1, 2)) @ voxel_ml), 3),
        tilt_degrees=round(volume.geometry.tilt_degrees(), 2),
        evenly_spaced=volume.geometry.is_even(),
        flags=found.flags,
        faults=[asdict(fault) for fault in found.faults],
    )
    write_text(out / "prediction.json", json.dumps(asdict(prediction), indent=2) + "\n")
    return prediction

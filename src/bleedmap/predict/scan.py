"""Predict one scan: DICOM folder, zip or NIfTI file in; masks, volume in mL and a picture out."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.datasets.sources import input_files
from bleedmap.datasets.study import nifti_of, read_volumes
from bleedmap.errors import ScanError
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.preview import draw_preview
from bleedmap.provenance.atomic import write_text
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.intensity import ScannerIntensity
from bleedmap.volumes.nifti import write_like, write_nifti
from bleedmap.volumes.regular import onto_grid, to_regular

IMAGES = {"hu": "ct", "mr": "mr"}
FILES = (
    *("prediction.json", "overlay.png", "mask.nii.gz", "mask_even.nii.gz"),
    *(f"{image}{even}.nii.gz" for image in IMAGES.values() for even in ("", "_even")),
)
ORDINARY = frozenset({"tilted", "scouts-dropped"})  # flags of scans that lack nothing; told, but no warning


@dataclass(frozen=True)
class Prediction:
    """What a prediction says, as written to ``prediction.json``.

    Args:
        method: name of the method.
        modality: ``ct`` or ``mr``, what its networks learnt on and the scan was read as.
        slices: slices of the scan.
        bleeding_slices: indices, from the foot, of slices with hemorrhage, or with a lesion on MR.
        volume_ml: its volume, mL.
        tilt_degrees: gantry tilt.
        evenly_spaced: whether one gap holds throughout; if not, ``mask_even.nii.gz`` is the one to view.
        flags: what is odd about the scan or its brain mask, the words of ``scans.csv``, sorted.
        faults: why some of the files are no part of the scan: code, found, expected and remedy of each.
    """

    method: str
    modality: str
    slices: int
    bleeding_slices: list[int]
    volume_ml: float
    tilt_degrees: float
    evenly_spaced: bool
    flags: list[str]
    faults: list[dict[str, str]]

    @property
    def is_clean(self) -> bool:
        """Whether nothing speaks against the result: no fault, and no flag but those of ordinary scans."""
        return not self.faults and ORDINARY.issuperset(self.flags)


def predict_scan(method: TrainedMethod, name: str, source: Path, out: Path) -> Prediction:
    """Write ``mask.nii.gz``, ``ct.nii.gz`` (or ``mr.nii.gz``), ``overlay.png`` and ``prediction.json`` into a folder.

    The networks see the scanner's own slices, tilted or unevenly spaced as they are, which is what they learnt on. A
    NIfTI affine cannot say uneven gaps, so such a scan also gets ``ct_even.nii.gz`` and ``mask_even.nii.gz``, an even
    stack without tilt that is true in space throughout. Files of these names that are there already are removed first.

    Args:
        method: the trained method.
        name: its name.
        source: folder or zip of one DICOM series, or a NIfTI file, which may be in a zip too.
        out: folder to write.

    Raises:
        ScanError: the source is not one usable head scan of the modality that the method learnt on.
    """
    for file in FILES:
        # of another scan, perhaps one that had uneven gaps; a scan that is refused leaves no result
        (out / file).unlink(missing_ok=True)
    volume, faults = read_with_faults(source, method.kind)
    image = IMAGES[method.kind]
    labels, flags = method.with_flags(volume)
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
    prediction = Prediction(
        method=name,
        modality=image,
        slices=len(mask),
        bleeding_slices=np.flatnonzero(mask.any(axis=(1, 2))).tolist(),
        volume_ml=round(_volume_ml(volume, mask), 3),
        tilt_degrees=round(volume.geometry.tilt_degrees(), 2),
        evenly_spaced=volume.geometry.is_even(),
        flags=sorted({*volume.flags, *flags}),
        faults=[asdict(fault) for fault in faults],
    )
    write_text(out / "prediction.json", json.dumps(asdict(prediction), indent=2) + "\n")
    return prediction


def read_scan(source: Path, kind: ScannerIntensity = "hu") -> CtVolume:
    """The one volume of a source, as ``read_with_faults``."""
    return read_with_faults(source, kind)[0]


def read_with_faults(source: Path, kind: ScannerIntensity) -> tuple[CtVolume, list[ScanError]]:
    """The one volume of a DICOM folder or zip, or of a NIfTI file, and why the other files are no part of it.

    Args:
        source: what to read.
        kind: ``hu`` for CT, ``mr`` for MR; the other is refused.

    Raises:
        ScanError: no usable series, or more than one.
    """
    volumes, faults = read_volumes(input_files(source), kind)
    if len(volumes) > 1:
        raise ScanError(
            "many-series",
            found=f"{len(volumes)} {IMAGES[kind].upper()} series",
            expected="one",
            remedy="give a folder or zip that holds one series",
        )
    return volumes[0].volume, faults


def _volume_ml(volume: CtVolume, mask: NDArray[np.bool_]) -> float:
    voxel_ml = volume.geometry.voxel_ml
    assert voxel_ml is not None, "DICOM and NIfTI are in mm"  # noqa: S101
    return float(mask.sum(axis=(1, 2)) @ voxel_ml)

"""NIfTI files of a prediction: the scan, its mask and its probability, as scanned and on an even stack."""

from collections.abc import Sequence
from pathlib import Path

from bleedmap.datasets.study import nifti_of
from bleedmap.predict.found import Found
from bleedmap.predict.outputs.even_stack import EvenStack
from bleedmap.volumes.nifti import write_like, write_nifti
from bleedmap.volumes.zip_member import InputFile

IMAGES = {"hu": "ct", "mr": "mr"}
NIFTI_FILES = tuple(
    f"{name}{even}.nii.gz" for name in ("mask", "probability", *IMAGES.values()) for even in ("", "_even")
)


def write_niftis(found: Found, even: EvenStack | None, files: Sequence[InputFile], out: Path) -> None:
    """Write scan, mask and, where there is one, probability.

    The mask of a scan that came as NIfTI lies on that file's own voxels; the others in this project's voxel order.

    Args:
        found: what was found.
        even: the same on an even stack, for a scan that needs one: ``*_even.nii.gz``.
        files: that the scan was read from.
        out: folder to write.
    """
    source, geometry = nifti_of(files), found.volume.geometry
    if source is not None:
        write_like(out / "mask.nii.gz", found.labels, source)
    else:
        write_nifti(out / "mask.nii.gz", found.labels, geometry)
    write_nifti(out / f"{IMAGES[found.modality]}.nii.gz", found.volume.hu, geometry)
    if found.probability is not None:
        write_nifti(out / "probability.nii.gz", found.probability, geometry)
    if even is None:
        return
    geometry = even.volume.geometry
    write_nifti(out / "mask_even.nii.gz", even.labels, geometry)
    write_nifti(out / f"{IMAGES[found.modality]}_even.nii.gz", even.volume.hu, geometry)
    if even.probability is not None:
        write_nifti(out / "probability_even.nii.gz", even.probability, geometry)

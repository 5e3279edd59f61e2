"""NIfTI files at the level of nibabel: opened, turned, and packed into the same bytes each time."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.orientations import apply_orientation, axcodes2ornt, inv_ornt_aff, io_orientation, ornt_transform
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.orientation import require_axial
from bleedmap.volumes.zip_member import InputFile

SHEAR_TOLERANCE = 1e-4
LEAST_VOXEL_MM, MOST_VOXEL_MM = 0.01, 100.0
LEAST_VOLUME = 0.01  # of a voxel, as a share of the upright box with its edges
GZIP_LEVEL = 4
GZIP_MAGIC = b"\x1f\x8b"
NIFTI2_HEADER_BYTES = (540, int.from_bytes((540).to_bytes(4, "big"), "little"))  # in either byte order


def open_nifti(path: InputFile) -> nib.Nifti1Image:
    """The file as nibabel sees it, voxels not yet read."""
    with named_errors():
        image = nib.load(path) if isinstance(path, Path) else _from_bytes(path.read_bytes())
        if not isinstance(image, nib.Nifti1Image):
            raise _not_nifti()
        return image


def read_canonical(path: InputFile) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Voxels as (slices, rows, columns) and the affine from (column, row, slice) to RAS mm."""
    with named_errors():
        image = open_nifti(path)
        affine = np.asarray(image.affine, dtype=np.float64)
        shape = image.shape
        if len(shape) < 3 or int(np.prod(shape[3:])) != 1 or min(shape) < 1:
            raise ScanError(
                "not-one-volume",
                found=f"an image of shape {tuple(shape)}",
                expected="one volume of three axes",
                remedy="extract the volume to be read",
            )
        if not _is_usable(affine):
            raise ScanError(
                "no-position",
                found="a header without usable voxel sizes and directions",
                expected="a valid qform or sform",
                remedy="convert the scan again from DICOM",
            )
        values = np.asanyarray(image.dataobj).reshape(shape[:3])
        if values.dtype.kind not in "iuf":
            raise ScanError(
                "not-hu", found="colours or complex numbers", expected="Hounsfield units", remedy="give the CT itself"
            )
    turn = to_canonical(affine)
    turned = apply_orientation(values, turn)
    affine = affine @ inv_ornt_aff(turn, shape[:3])
    require_axial(row_step=affine[:3, 1], column_step=affine[:3, 0])
    return np.ascontiguousarray(turned.T), affine


def _is_usable(affine: NDArray[np.float64]) -> bool:
    """Whether an affine gives voxels of a believable size along three axes that differ."""
    if not np.isfinite(affine).all():
        return False
    sizes = np.linalg.norm(affine[:3, :3], axis=0)
    if sizes.min() < LEAST_VOXEL_MM or sizes.max() > MOST_VOXEL_MM:
        return False
    volume = abs(np.linalg.det(affine[:3, :3])) / sizes.prod()
    return bool(volume >= LEAST_VOLUME) and not np.isnan(io_orientation(affine)).any()


def to_canonical(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nibabel's (3, 2) orientation from the voxel axes of an affine to (column, row, slice) of this project."""
    return np.asarray(ornt_transform(io_orientation(affine), axcodes2ornt("LPS")))


def as_image(array: NDArray[Any], geometry: Geometry) -> nib.Nifti1Image:
    """A (slices, rows, columns) array as a NIfTI image."""
    affine = geometry.affine()
    image = nib.Nifti1Image(array.T, affine)
    image.header.set_sform(affine, code=1)
    steps = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    if np.abs(steps.T @ steps - np.eye(3)).max() < SHEAR_TOLERANCE:
        image.header.set_qform(affine, code=1)  # a qform cannot say that the gantry was tilted
    image.header.set_xyzt_units("mm" if geometry.in_mm else "unknown")
    return image


def packed(image: nib.Nifti1Image) -> bytes:
    """The gzipped file of an image, without a time stamp."""
    return gzip.compress(image.to_bytes(), compresslevel=GZIP_LEVEL, mtime=0)


def _from_bytes(data: bytes) -> nib.Nifti1Image:
    packed_up = data[:2] == GZIP_MAGIC
    stream = gzip.GzipFile(fileobj=io.BytesIO(data)) if packed_up else io.BytesIO(data)
    two = int.from_bytes(stream.read(4), "little") in NIFTI2_HEADER_BYTES
    stream.seek(0)
    return (nib.Nifti2Image if two else nib.Nifti1Image).from_stream(stream)


def _not_nifti() -> ScanError:
    return ScanError(
        "not-nifti",
        found="a file that is not NIfTI",
        expected="a .nii or .nii.gz file",
        remedy="convert the scan to NIfTI or give its DICOM files",
    )


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn whatever a broken file makes nibabel raise into one sentence without its path."""
    try:
        yield
    except ScanError:
        raise
    except (EOFError, OSError, zlib.error):
        raise ScanError(
            "truncated",
            found="a NIfTI file that cannot be read to its end",
            expected="a whole file",
            remedy="copy or convert the file again",
        ) from None
    except Exception:  # noqa: BLE001  nibabel raises many kinds on a damaged header, quoting paths
        raise _not_nifti() from None

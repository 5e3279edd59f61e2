"""NIfTI files at the level of nibabel: opened, turned, and packed into the same bytes each time."""

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

import nibabel as nib
import numpy as np
from nibabel.orientations import apply_orientation, axcodes2ornt, inv_ornt_aff, io_orientation, ornt_transform
from nibabel.volumeutils import apply_read_scaling
from numpy.typing import NDArray

from bleedmap.errors import BleedmapError, ScanError
from bleedmap.volumes.budget import require_room, require_sides
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.orientation import require_axial
from bleedmap.volumes.zip_member import InputFile, file_size, open_input

SHEAR_TOLERANCE = 1e-4
LEAST_VOXEL_MM, MOST_VOXEL_MM = 0.01, 100.0
LEAST_VOLUME = 0.01  # of a voxel, as a share of the upright box with its edges
GZIP_LEVEL = 4
GZIP_MAGIC = b"\x1f\x8b"
DEFLATE_MOST = 1032  # bytes that a byte of a gzip file can stand for
Scale = tuple[float, float]
NIFTI2_HEADER_BYTES = (540, int.from_bytes((540).to_bytes(4, "big"), "little"))  # in either byte order


@dataclass(frozen=True)
class NiftiHeader:
    """What a NIfTI file says of its voxels before they are read.

    Args:
        header: as nibabel reads it.
        shape: of the voxels.
        affine: (4, 4) voxel index to RAS mm.
    """

    header: nib.Nifti1Header
    shape: tuple[int, ...]
    affine: NDArray[np.float64]


def open_nifti(path: InputFile) -> NiftiHeader:
    """The header of a file; voxels are not read."""
    with named_errors(), open_input(path) as opened:
        return _header(_unpacked(opened))


def _read_stored(path: InputFile, each: float) -> tuple[NDArray[Any], NiftiHeader]:
    """Voxels as they are stored, without slope and intercept, in the axes of the file.

    Nothing is allocated before the header's claims are held against the budget of a scan and the bytes of the file.

    Args:
        path: the file.
        each: bytes of memory that a voxel takes once it is read, beside those in which it is stored.

    Raises:
        ScanError: what ``read_canonical`` raises for a file.
    """
    with named_errors(), open_input(path) as opened:
        stream = _unpacked(opened)
        found = _header(stream)
        dtype = found.header.get_data_dtype()
        _require_one_volume(found, dtype)
        require_sides(found.shape)
        require_room(found.shape, dtype.itemsize + each)
        wanted, start = math.prod(found.shape) * dtype.itemsize, _start(found.header)
        most = (file_size(path) or 0) * (DEFLATE_MOST if stream is not opened else 1)
        if start + wanted > most:
            raise EOFError
        stream.seek(start)
        data = stream.read(wanted)
        if len(data) < wanted:
            raise EOFError
        stream.read(1)  # at the end of a gzip file its checksum is held against what came out
        return np.frombuffer(data, dtype).reshape(found.shape, order="F"), found


def read_canonical(path: InputFile, each: float) -> tuple[NDArray[Any], NDArray[np.float64], Scale]:
    """Voxels as (slices, rows, columns), the affine from (column, row, slice) to RAS mm, and what the voxels mean.

    Args:
        path: the file.
        each: bytes of memory that a voxel takes once it is read, beside those in which it is stored.

    Returns:
        Voxels as they are stored, a view; the affine; slope and intercept, (1, 0) where there are none.

    Raises:
        ScanError: ``not-nifti``, ``truncated``, ``not-one-volume``, ``no-position``, ``not-hu`` for colours,
            ``not-axial``, ``too-large``.
        ReadError: the file cannot be read now.
    """
    stored, found = _read_stored(path, each)
    with named_errors():
        turn = to_canonical(found.affine)
        turned = apply_orientation(stored.reshape(found.shape[:3]), turn)
        affine = found.affine @ inv_ornt_aff(turn, found.shape[:3])
        slope, intercept = found.header.get_slope_inter()
    require_axial(row_step=affine[:3, 1], column_step=affine[:3, 0])
    return turned.T, affine, (1.0 if slope is None else float(slope), 0.0 if intercept is None else float(intercept))


def scaled(stored: NDArray[Any], scale: Scale) -> NDArray[Any]:
    """Values of stored voxels, of any shape: the very voxels where there is nothing to scale."""
    return np.asarray(apply_read_scaling(stored, *(np.array(value) for value in scale)))


def _header(stream: IO[bytes]) -> NiftiHeader:
    start = stream.read(4)
    two = int.from_bytes(start, "little") in NIFTI2_HEADER_BYTES
    kind = nib.Nifti2Header if two else nib.Nifti1Header
    header = kind(start + stream.read(kind.template_dtype.itemsize - 4))
    shape = tuple(int(side) for side in header.get_data_shape())
    return NiftiHeader(header, shape, np.asarray(header.get_best_affine(), dtype=np.float64))


def _require_one_volume(found: NiftiHeader, dtype: np.dtype[Any]) -> None:
    shape = found.shape
    if len(shape) < 3 or math.prod(shape[3:]) != 1 or min(shape) < 1:
        raise ScanError(
            "not-one-volume",
            found=f"an image of shape {shape}",
            expected="one volume of three axes",
            remedy="extract the volume to be read",
        )
    if not _is_usable(found.affine):
        raise ScanError(
            "no-position",
            found="a header without usable voxel sizes and directions",
            expected="a valid qform or sform",
            remedy="convert the scan again from DICOM",
        )
    if dtype.kind not in "iuf":
        raise ScanError(
            "not-hu", found="colours or complex numbers", expected="Hounsfield units", remedy="give the CT itself"
        )


def _start(header: nib.Nifti1Header) -> int:
    """Byte of the file where the voxels start."""
    return max(int(header.get_data_offset()), int(header.single_vox_offset))


def _unpacked(opened: IO[bytes]) -> IO[bytes]:
    """The file itself, or what is in it where it is gzipped, whatever its name."""
    is_packed = opened.read(2) == GZIP_MAGIC
    opened.seek(0)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=opened)) if is_packed else opened


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
    except BleedmapError:
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

"""NIfTI files: read into this project's voxel order, written back byte for byte the same each time."""

import gzip
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.orientations import apply_orientation, axcodes2ornt, io_orientation, ornt_transform
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.provenance.atomic import atomic_path
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.dicom.padding import outside_picture
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.head_size import require_head
from bleedmap.volumes.hounsfield import MOST_HU, clip_hu, refuse_ct, require_hu
from bleedmap.volumes.intensity import ScannerIntensity
from bleedmap.volumes.mr_scale import to_display_scale
from bleedmap.volumes.nifti_file import as_image, open_nifti, packed, read_canonical, scaled, to_canonical
from bleedmap.volumes.zip_member import InputFile

SAME_GRID_MM = 0.05
LABEL_TOLERANCE = 1e-3
# bytes that a voxel takes beside those in which it is stored: HU twice, signal and its ranks, a label twice
HU_BYTES, MR_BYTES, MASK_BYTES = 4.0, 28.0, 2.0


def read_nifti(path: InputFile, kind: ScannerIntensity = "hu") -> CtVolume:
    """Read a scan from a NIfTI file, also one inside a zip, with its axes in any order.

    A CT is flagged ``wrapped-16-bit`` where a rescale made negative HU high ones, ``not-a-number`` where voxels inside
    of a slice have no value and become air.

    Args:
        path: the file.
        kind: ``hu`` for CT, ``mr`` for MR, whose values are brought to the display scale; a file does not say which.

    Raises:
        ScanError: ``not-nifti``, ``truncated``, ``not-one-volume``, ``no-position``, ``not-axial``, ``too-large``,
            ``no-head-size``, ``no-access``, and ``not-hu`` for a CT, ``no-signal`` or ``not-mr`` for an MR.
        ReadError: the file cannot be read now.
    """
    stored, affine, scale = read_canonical(path, MR_BYTES if kind == "mr" else HU_BYTES)
    geometry = Geometry.from_affine(affine, len(stored))
    require_head(geometry, stored.shape)
    if kind == "mr":
        signal = scaled(stored, scale)
        refuse_ct(signal)
        return CtVolume(hu=to_display_scale(signal, geometry.spacing), geometry=geometry, intensity="mr")
    if stored.dtype == np.uint16 and scale == (1.0, 0.0) and stored.max(initial=0) >= 2**15:
        stored = stored.view(np.int16)  # signed HU written as unsigned: no CT number is that high
    hu, flags = np.empty(stored.shape, dtype=np.int16), set[str]()
    for index, plane in enumerate(stored):  # scaled values of a whole scan would take four times its memory
        hu[index], told = _plane_hu(scaled(plane, scale))
        flags |= told
    require_hu(hu)
    return CtVolume(hu=hu, geometry=geometry, flags=tuple(sorted(flags)))


def _plane_hu(values: NDArray[Any]) -> tuple[NDArray[np.int16], set[str]]:
    """HU of a slice, and what to tell of its values."""
    flags = {"not-a-number"} if _has_holes(values) else set()
    wrapped = (values > MOST_HU) & (values < 2**16)  # signed HU written as unsigned, then rescaled: less sure
    if wrapped.any():
        values = np.where(wrapped, values.astype(np.float32) - 2**16, values)
        flags.add("wrapped-16-bit")
    return clip_hu(values), flags


def read_mask(path: InputFile, like: CtVolume) -> NDArray[np.uint8]:
    """Read labels drawn on the grid of a scan.

    Args:
        path: NIfTI file with whole numbers from 0 to 255.
        like: the scan; the corners of both grids may differ by ``SAME_GRID_MM``.

    Returns:
        (slices, rows, columns) uint8 in the voxel order of ``like``, values as in the file.

    Raises:
        ScanError: ``mask-grid``, ``mask-values``, or what ``read_nifti`` raises for an unreadable file.
    """
    stored, affine, scale = read_canonical(path, MASK_BYTES)
    if stored.shape != like.hu.shape or _largest_shift(affine, like.geometry.affine(), stored.shape) > SAME_GRID_MM:
        raise ScanError(
            "mask-grid",
            found=f"a mask of {stored.shape} voxels (slices, rows, columns) for a scan of {like.hu.shape}"
            if stored.shape != like.hu.shape
            else "a mask that lies elsewhere than its scan",
            expected="a mask on the voxel grid of its scan",
            remedy="draw or resample the mask on the scan itself, nearest neighbour",
        )
    labels = np.empty(stored.shape, dtype=np.uint8)
    for index, plane in enumerate(stored):
        labels[index] = _labels(scaled(plane, scale))
    return labels


def _labels(values: NDArray[Any]) -> NDArray[np.uint8]:
    whole = np.rint(values)
    if (
        not np.isfinite(values).all()
        or np.abs(values - whole).max() > LABEL_TOLERANCE
        or whole.min() < 0
        or whole.max() > 255
    ):
        raise ScanError(
            "mask-values",
            found="mask values other than whole numbers from 0 to 255",
            expected="0 background, 1 or more for what is marked",
            remedy="threshold the mask, or resample it with nearest neighbour",
        )
    return np.asarray(whole, dtype=np.uint8)


def to_bytes(array: NDArray[Any], geometry: Geometry) -> bytes:
    """A gzipped NIfTI file of an array, the same bytes for the same voxels and place.

    Args:
        array: (slices, rows, columns).
        geometry: where they lie; an uneven stack is written with its mean gap (see ``Geometry.affine``).
    """
    return packed(as_image(array, geometry))


def from_bytes(data: bytes) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Read what ``to_bytes`` wrote.

    Returns:
        The array, (slices, rows, columns), and its (4, 4) affine from (column, row, slice) to RAS mm.
    """
    image = nib.Nifti1Image.from_bytes(gzip.decompress(data))
    return np.ascontiguousarray(np.asanyarray(image.dataobj).T), np.asarray(image.affine)


def write_nifti(path: Path, array: NDArray[Any], geometry: Geometry) -> None:
    """Write an array as NIfTI, atomically; gzipped if the name ends in .gz.

    Args:
        path: file to make.
        array: (slices, rows, columns).
        geometry: where they lie; an uneven stack is written with its mean gap (see ``Geometry.affine``).
    """
    _write(path, as_image(array, geometry))


def nifti_orientation(path: InputFile) -> NDArray[np.float64]:
    """Nibabel's (3, 2) orientation that turns the voxel axes of a file into (column, row, slice) of this project."""
    return to_canonical(open_nifti(path).affine)


def write_like(path_out: Path, mask: NDArray[np.uint8], source_path: InputFile) -> None:
    """Write a mask of a scan that came from a NIfTI file on that file's own voxels, with its own header geometry.

    Args:
        path_out: file to make; gzipped if the name ends in .gz.
        mask: (slices, rows, columns), as ``read_nifti`` ordered the scan.
        source_path: the file the scan was read from.
    """
    source = open_nifti(source_path)
    back = ornt_transform(axcodes2ornt("LPS"), io_orientation(source.affine))
    voxels = apply_orientation(mask.T, back)
    if voxels.shape != source.shape[:3]:
        raise ScanError(
            "mask-grid",
            found=f"a mask of {voxels.shape} voxels for a file of {source.shape[:3]}",
            expected="a mask on the voxel grid of its scan",
            remedy="map the mask back to the native slices before writing it",
        )
    image = nib.Nifti1Image(voxels, source.affine)
    for form, place in (("qform", image.header.set_qform), ("sform", image.header.set_sform)):
        affine, code = getattr(source.header, f"get_{form}")(coded=True)
        place(affine, code=int(code)) if code else place(None, code=0)
    image.header.set_xyzt_units("mm")
    _write(path_out, image)


def _has_holes(plane: NDArray[Any]) -> bool:
    """Whether voxels that are no numbers lie inside of a slice and are no background."""
    if plane.dtype.kind != "f":
        return False
    empty = np.isnan(plane)
    return bool(empty.any() and (empty & ~outside_picture(empty)[0]).any())


def _write(path: Path, image: nib.Nifti1Image) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(packed(image) if path.suffix == ".gz" else image.to_bytes())


def _largest_shift(one: NDArray[np.float64], other: NDArray[np.float64], shape: tuple[int, ...]) -> float:
    """Mm between the corners of two grids of one (slices, rows, columns) shape, at the worst corner."""
    last = np.array(shape[::-1]) - 1
    corners = np.array([[*(last * corner), 1] for corner in np.ndindex(2, 2, 2)])
    return float(np.linalg.norm(corners @ (one - other).T, axis=1).max())

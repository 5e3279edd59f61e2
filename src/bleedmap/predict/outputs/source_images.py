"""The DICOM images that a volume was read from: their headers, and arrays in the order of their own pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.dicom.file import named_errors, read_slices
from bleedmap.volumes.dicom.inflate import inflated
from bleedmap.volumes.dicom.slice import Slice
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.intensity import ScannerIntensity
from bleedmap.volumes.zip_member import InputFile, open_input

REQUIRED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "FrameOfReferenceUID")
"""What a reference to an image cannot do without."""

EXPECTED = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName"),
)
"""What must be there but may be empty (type 2); what is absent is taken for empty."""

METHODS = ("DeidentificationMethod", "DeidentificationMethodCodeSequence")


@dataclass(frozen=True, repr=False)
class SourceImages:
    """Images of a volume, without a repr, for they name the patient.

    Args:
        headers: of every slice, foot to head; or of the one file that holds them all.
        frames: (slices,) frame of every slice, from 0; zeros for a slice a file.
        along_row: (3,) unit vector, LPS, from one column of the file to the next.
        down_column: (3,) unit vector from one row to the next.
        geometry: of the volume.
    """

    headers: list[Dataset]
    frames: NDArray[np.intp]
    along_row: NDArray[np.float64]
    down_column: NDArray[np.float64]
    geometry: Geometry

    def in_file_order(self, array: NDArray[Any]) -> NDArray[Any]:
        """An array on the voxels of the volume, on the pixels of the files: ``face_axial`` undone.

        Args:
            array: (slices, rows, columns) of the volume.

        Returns:
            (slices, rows, columns), or (frames, rows, columns) where one file holds all; 0 on frames of no slice.
        """
        row, column = (step / np.linalg.norm(step) for step in (self.geometry.row_step, self.geometry.column_step))
        if abs(self.along_row @ column) < abs(self.along_row @ row):
            array, row, column = array.swapaxes(1, 2), column, row
        array = array[:, :: 1 if self.down_column @ row > 0 else -1, :: 1 if self.along_row @ column > 0 else -1]
        if len(self.headers) > 1:
            return np.ascontiguousarray(array)
        frames = np.zeros((int(self.headers[0].NumberOfFrames), *array.shape[1:]), dtype=array.dtype)
        frames[self.frames] = array
        return frames


def source_images(volume: CtVolume, files: Sequence[InputFile], kind: ScannerIntensity) -> SourceImages:
    """Find the images of a volume among the files that it was read from.

    Args:
        volume: read from them.
        files: in the same order as then.
        kind: as what it was read.

    Raises:
        ScanError: ``no-dicom-outputs``: a reference to its images would not be unequivocal.
        ReadError: a file cannot be read now.
    """
    found: dict[str, Slice] = {}
    for file in files:
        try:
            slices = read_slices(file, kind)
        except ScanError:
            continue  # no part of the volume, as told when it was read
        for image in slices:
            if isinstance(image, Slice):
                found.setdefault(image.key, image)
    if len(set(volume.slice_keys)) < len(volume.slice_keys) or not set(volume.slice_keys) <= found.keys():
        raise no_dicom_outputs(found="images that share a SOPInstanceUID", expected="one of its own for every image")
    images = [found[key] for key in volume.slice_keys]
    holders = list(dict.fromkeys(image.file for image in images))
    if len(holders) not in {1, len(images)}:
        raise no_dicom_outputs(found="a volume in several files of many frames", expected="one file, or one a slice")
    headers = [_header(file) for file in holders]
    for header in headers:
        if not header.get("SliceThickness"):
            header.SliceThickness = volume.geometry.slice_spacing
    return SourceImages(
        headers=headers,
        frames=np.array([image.frame for image in images], dtype=np.intp),
        along_row=images[0].place.along_row,
        down_column=images[0].place.down_column,
        geometry=volume.geometry,
    )


def no_dicom_outputs(*, found: str, expected: str) -> ScanError:
    """Why there is neither a segmentation nor a report in DICOM; the other files of the scan are there."""
    return ScanError(
        "no-dicom-outputs",
        found=found,
        expected=expected,
        remedy="use the NIfTI files and tables, which are complete, or mend the headers and predict again",
    )


def _header(file: InputFile) -> Dataset:
    with named_errors(), open_input(file) as packed:
        header = pydicom.dcmread(inflated(packed), stop_before_pixels=True)
    absent = [name for name in REQUIRED if not header.get(name)]
    if absent:
        raise no_dicom_outputs(found=f"images without {', '.join(absent)}", expected="images that can be referred to")
    for name in EXPECTED:
        if name not in header:
            setattr(header, name, None)
    if header.PatientSex not in {"M", "F", "O"}:
        header.PatientSex = None
    if header.get("PatientIdentityRemoved") == "YES" and not any(header.get(name) for name in METHODS):
        header.DeidentificationMethod = "not told by the images"  # must not be empty, as it often is
    return header

"""One slice of a DICOM series as plain numbers: whose it is, where it lies, how its pixels are stored."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pydicom
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.volumes.dicom.rescale import Rescale
from bleedmap.volumes.dicom.word import PixelWord
from bleedmap.volumes.zip_member import InputFile


class SliceName(NamedTuple):
    """What a label table may call a slice, private.

    Args:
        key: SOPInstanceUID; of an enhanced file ``<SOPInstanceUID>.<frame, from 1>``.
        file: name of its file.
    """

    key: str
    file: str


class SeriesIds(NamedTuple):
    """What slices of one volume share, private.

    Args:
        series: SeriesInstanceUID.
        patient: PatientID.
    """

    series: str
    patient: str


@dataclass(frozen=True, repr=False)
class SlicePlace:
    """Where the pixels of a slice lie in the patient, LPS.

    Args:
        position: (3,) mm, the first pixel.
        along_row: (3,) unit vector from one column to the next.
        down_column: (3,) unit vector from one row to the next.
        pixel_spacing: (2,) mm between rows and between columns.
    """

    position: NDArray[np.float64]
    along_row: NDArray[np.float64]
    down_column: NDArray[np.float64]
    pixel_spacing: NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class PixelFormat:
    """How the pixels of a file are stored.

    Args:
        rows: of one frame.
        columns: of one frame.
        word: bits of one pixel in the file.
        frames: number of frames.
        transfer_syntax: UID of the encoding.
        offset: byte of the file where the pixel data element starts; None in a deflated file.
        little: whether bytes are little endian.
    """

    rows: int
    columns: int
    word: PixelWord
    frames: int
    transfer_syntax: pydicom.uid.UID
    offset: int | None
    little: bool

    @property
    def bytes(self) -> int:
        """Bytes of all frames uncompressed."""
        return self.rows * self.columns * self.frames * self.word.allocated // 8


@dataclass(frozen=True, repr=False)
class Slice:
    """One slice: a file, or one frame of a file; without a repr, for it names the patient.

    Args:
        ids: names of its series and patient.
        file: where it is.
        frame: which frame, 0 in a file of one.
        key: SOPInstanceUID; of an enhanced file ``<SOPInstanceUID>.<frame, from 1>``.
        kernel: ConvolutionKernel.
        image_type: ImageType.
        contrast: echo time and b value of an MR, as the header has them; empty for CT.
        acquisition: AcquisitionNumber, NaN where absent.
        acquired: AcquisitionTime.
        instance: InstanceNumber, or of an enhanced file the number of the frame; NaN where absent.
        thickness: SliceThickness in mm, NaN where absent.
        lossy: whether it was ever compressed with loss.
        place: where its pixels lie.
        pixels: how they are stored.
        rescale: what they mean.
        copies: names of other files with the same slice, which were dropped.
    """

    ids: SeriesIds
    file: InputFile
    frame: int
    key: str
    kernel: str
    image_type: str
    contrast: str
    acquisition: float
    acquired: str
    instance: float
    thickness: float
    lossy: bool
    place: SlicePlace
    pixels: PixelFormat
    rescale: Rescale
    copies: tuple[SliceName, ...] = ()


@dataclass(frozen=True, repr=False)
class NoSlice:
    """An image that is no slice of a scan.

    Args:
        ids: names of its series and patient.
        fault: why.
    """

    ids: SeriesIds
    fault: ScanError

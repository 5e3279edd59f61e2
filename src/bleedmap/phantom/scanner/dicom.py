"""A subject as a DICOM series with the headers, and the habits, of real head CT."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

from bleedmap.phantom.scanner.series import Series, scan_geometry, slice_uid, uid
from bleedmap.phantom.subject import PhantomSubject
from bleedmap.volumes.geometry import Geometry

# Nothing here may come from the clock: equal seeds give equal bytes.
DATE, TIME = "20200101", "120000"


def make_slices(seed: int, index: int, subject: PhantomSubject, series: Series) -> Iterator[FileDataset]:
    """DICOM data sets of a subject, from foot to head, ready to be saved.

    Args:
        seed: of the cohort; goes into the UIDs.
        index: of the subject; likewise.
        subject: the scan; an MR becomes MR Image Storage, its signal as it is.
        series: what its slices share.
    """
    geometry = scan_geometry(series, subject)
    is_ct = subject.modality == "ct"
    for number in range(len(subject.hu)):
        data = _new_file(CTImageStorage if is_ct else MRImageStorage, slice_uid(seed, index, number))
        _write_patient(data, subject, series)
        _write_ids(data, seed, index)
        _write_place(data, subject, series, geometry, number)
        if is_ct:
            _write_ct(data, subject, series, number)
        else:
            _write_mr(data, subject, number)
        yield data


def _new_file(sop_class: str, sop_uid: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, sop_uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SpecificCharacterSet = "ISO_IR 100"
    data.SOPClassUID, data.SOPInstanceUID = sop_class, sop_uid
    return data


def _write_patient(data: FileDataset, subject: PhantomSubject, series: Series) -> None:
    data.StudyDate = data.SeriesDate = data.AcquisitionDate = data.ContentDate = DATE
    data.StudyTime = data.SeriesTime = data.AcquisitionTime = data.ContentTime = TIME
    data.AccessionNumber, data.StudyID, data.ReferringPhysicianName = "", "1", ""
    data.Modality, data.BodyPartExamined, data.PatientPosition = subject.modality.upper(), "HEAD", "HFS"
    data.StudyDescription = f"{data.Modality} HEAD PHANTOM"
    data.Manufacturer, data.ManufacturerModelName = series.maker, series.model
    data.PatientName, data.PatientID = f"Phantom^{subject.name}", subject.name
    data.PatientBirthDate, data.PatientSex = "", "O"


def _write_ids(data: FileDataset, seed: int, index: int) -> None:
    data.StudyInstanceUID, data.SeriesInstanceUID = uid(seed, index, "study"), uid(seed, index, "series")
    data.FrameOfReferenceUID = uid(seed, index, "frame")
    data.SeriesNumber, data.AcquisitionNumber = 2, 1


def _write_place(data: FileDataset, subject: PhantomSubject, series: Series, geometry: Geometry, number: int) -> None:
    slices, data.Rows, data.Columns = subject.hu.shape
    gaps, pixel_mm = subject.stack.gaps, _decimal(subject.spacing[2])
    data.SliceThickness = _decimal(subject.stack.thickness[number])
    data.SpacingBetweenSlices = _decimal(gaps[min(number, len(gaps) - 1)] if len(gaps) else data.SliceThickness)
    data.InstanceNumber = slices - number if series.head_first else number + 1
    data.ImagePositionPatient = [_decimal(value) for value in geometry.origins[number]]
    down = geometry.row_step / subject.spacing[2]
    data.ImageOrientationPatient = [1, 0, 0, 0, _decimal(down[1]), _decimal(down[2])]
    data.SliceLocation = data.ImagePositionPatient[2]
    data.PixelSpacing = [pixel_mm, pixel_mm]


def _write_ct(data: FileDataset, subject: PhantomSubject, series: Series, number: int) -> None:
    """What only CT has: the tube, the gantry, and pixels that are rescaled to HU."""
    data.ImageType, data.SeriesDescription = ["ORIGINAL", "PRIMARY", "AXIAL"], "HEAD WITHOUT CONTRAST"
    data.KVP, data.XRayTubeCurrent, data.ConvolutionKernel = series.kvp, series.tube_ma, series.kernel
    data.ReconstructionDiameter = _decimal(subject.stack.field_of_view)
    data.GantryDetectorTilt = _decimal(subject.stack.tilt)
    data.PositionReferenceIndicator = "OM"
    data.WindowCenter, data.WindowWidth = 40, 80
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = series.intercept, 1, "HU"
    _write_pixels(data, subject.hu[number].astype(np.int32) - series.intercept, signed=series.intercept == 0)


def _write_mr(data: FileDataset, subject: PhantomSubject, number: int) -> None:
    """What only MR has: the sequence, and pixels without a unit."""
    data.ImageType, data.SeriesDescription = ["ORIGINAL", "PRIMARY", "M", "SE"], "AXIAL T2"
    data.ScanningSequence, data.SequenceVariant, data.ScanOptions = "SE", ["SK", "SP"], ""
    data.MRAcquisitionType, data.SequenceName, data.EchoTrainLength = "2D", "tse2d", 12
    data.RepetitionTime, data.EchoTime, data.FlipAngle, data.MagneticFieldStrength = 5200, 102, 150, 3
    data.PositionReferenceIndicator = ""
    highest = int(subject.hu.max())
    data.WindowCenter, data.WindowWidth = highest // 2, highest
    _write_pixels(data, subject.hu[number].astype(np.int32), signed=False)


def _write_pixels(data: FileDataset, stored: NDArray[np.int32], *, signed: bool) -> None:
    data.SamplesPerPixel, data.PhotometricInterpretation, data.BitsAllocated = 1, "MONOCHROME2", 16
    data.BitsStored, data.HighBit, data.PixelRepresentation = (16, 15, 1) if signed else (12, 11, 0)
    data.PixelData = stored.astype("<i2" if signed else "<u2").tobytes()


def _decimal(value: float) -> str:
    """A decimal string of at most 16 characters, as the DS value representation demands."""
    return f"{value:.10g}"

"""A subject as a DICOM series with the headers, and the habits, of real head CT."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from bleedmap.phantom.subject import PhantomSubject

# Nothing here may come from the clock: equal seeds give equal bytes.
DATE, TIME = "20200101", "120000"


@dataclass(frozen=True)
class Series:
    """What one scanner writes the same into every slice.

    Args:
        maker: manufacturer.
        model: name of the scanner.
        kernel: reconstruction kernel.
        kvp: tube voltage, kV.
        tube_ma: tube current, mA.
        intercept: rescale intercept, HU; -1024 goes with unsigned 12-bit pixels, 0 with signed 16-bit ones.
        head_first: whether instance numbers rise from the head down.
        corner: LPS mm of the middle of the first pixel of the lowest slice.
    """

    maker: str
    model: str
    kernel: str
    kvp: int
    tube_ma: int
    intercept: int
    head_first: bool
    corner: tuple[float, float, float]


SCANNERS = (
    ("Phantom Systems", "PS-16", "H31s", -1024),
    ("Phantom Systems", "PS-64", "J40s", -1024),
    ("Bleedmap Imaging", "BI HiSlice", "STANDARD", 0),
    ("Bleedmap Imaging", "BI Turbo", "SOFT", 0),
)


def make_series(seed: int, index: int, subject: PhantomSubject) -> Series:
    """Scanner and couch position of one subject, drawn from (seed, index) alone."""
    rng = np.random.default_rng([seed, index, 1])
    maker, model, kernel, intercept = SCANNERS[rng.integers(len(SCANNERS))]
    slices, rows, columns = subject.hu.shape
    slice_mm, row_mm, column_mm = subject.spacing
    middle = rng.uniform((-6.0, -25.0, -60.0), (6.0, 5.0, 60.0))
    half = np.array([columns - 1, rows - 1, slices - 1]) * (column_mm, row_mm, slice_mm) / 2
    x, y, z = (round(float(value), 4) for value in middle - half)
    return Series(
        maker=maker,
        model=model,
        kernel=kernel,
        kvp=int(rng.choice([120, 130, 140])),
        tube_ma=int(rng.integers(150, 330)),
        intercept=intercept,
        head_first=bool(rng.random() < 0.3),
        corner=(x, y, z),
    )


def series_affine(series: Series, subject: PhantomSubject) -> NDArray[np.float64]:
    """(4, 4) affine from voxel index (column, row, slice) to RAS mm."""
    slice_mm, row_mm, column_mm = subject.spacing
    affine = np.diag([-column_mm, -row_mm, slice_mm, 1.0])
    affine[:3, 3] = np.array(series.corner) * (-1, -1, 1)
    return affine


def uid(seed: int, index: int, *parts: str) -> str:
    """A UID derived from its meaning, so that it is the same on every machine."""
    return str(generate_uid(entropy_srcs=["bleedmap phantom", str(seed), str(index), *parts]))


def slice_uid(seed: int, index: int, number: int) -> str:
    """SOP instance UID of one slice, counted from the foot."""
    return uid(seed, index, "instance", str(number))


def make_slices(seed: int, index: int, subject: PhantomSubject, series: Series) -> Iterator[FileDataset]:
    """DICOM data sets of a subject, from foot to head, ready to be saved.

    Args:
        seed: of the cohort; goes into the UIDs.
        index: of the subject; likewise.
        subject: the scan.
        series: what its slices share.
    """
    slices, rows, columns = subject.hu.shape
    slice_mm, row_mm, column_mm = subject.spacing
    unsigned = series.intercept != 0
    for number in range(slices):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = slice_uid(seed, index, number)
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        data.SpecificCharacterSet = "ISO_IR 100"
        data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        data.StudyDate = data.SeriesDate = data.AcquisitionDate = data.ContentDate = DATE
        data.StudyTime = data.SeriesTime = data.AcquisitionTime = data.ContentTime = TIME
        data.AccessionNumber, data.StudyID, data.ReferringPhysicianName = "", "1", ""
        data.Modality, data.BodyPartExamined, data.PatientPosition = "CT", "HEAD", "HFS"
        data.StudyDescription, data.SeriesDescription = "CT HEAD PHANTOM", "HEAD WITHOUT CONTRAST"
        data.Manufacturer, data.ManufacturerModelName = series.maker, series.model
        data.PatientName, data.PatientID = f"Phantom^{subject.name}", subject.name
        data.PatientBirthDate, data.PatientSex = "", "O"
        data.KVP, data.XRayTubeCurrent, data.ConvolutionKernel = series.kvp, series.tube_ma, series.kernel
        data.SliceThickness, data.SpacingBetweenSlices = _decimal(slice_mm), _decimal(slice_mm)
        data.ReconstructionDiameter, data.GantryDetectorTilt = _decimal(columns * column_mm), "0"
        data.StudyInstanceUID, data.SeriesInstanceUID = uid(seed, index, "study"), uid(seed, index, "series")
        data.FrameOfReferenceUID, data.PositionReferenceIndicator = uid(seed, index, "frame"), "OM"
        data.SeriesNumber, data.AcquisitionNumber = 2, 1
        data.InstanceNumber = slices - number if series.head_first else number + 1
        x, y, z = series.corner
        data.ImagePositionPatient = [_decimal(x), _decimal(y), _decimal(z + number * slice_mm)]
        data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        data.SliceLocation = _decimal(z + number * slice_mm)
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.Rows, data.Columns = rows, columns
        data.PixelSpacing = [_decimal(row_mm), _decimal(column_mm)]
        data.BitsAllocated = 16
        data.BitsStored, data.HighBit, data.PixelRepresentation = (12, 11, 0) if unsigned else (16, 15, 1)
        data.WindowCenter, data.WindowWidth = 40, 80
        data.RescaleIntercept, data.RescaleSlope, data.RescaleType = series.intercept, 1, "HU"
        stored = subject.hu[number].astype(np.int32) - series.intercept
        data.PixelData = stored.astype("<u2" if unsigned else "<i2").tobytes()
        yield data


def _decimal(value: float) -> str:
    """A decimal string of at most 16 characters, as the DS value representation demands."""
    return f"{value:.10g}"

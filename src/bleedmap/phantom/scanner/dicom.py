"""A subject as a DICOM series with the headers, and the habits, of real head CT."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from bleedmap.phantom.subject import PhantomSubject
from bleedmap.volumes.geometry import Geometry

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
    middle = rng.uniform((-6.0, -25.0, -60.0), (6.0, 5.0, 60.0))
    half_mm = (len(subject.hu[0]) - 1) * subject.spacing[2] / 2
    half = np.array([half_mm, half_mm, subject.stack.heights[-1] / 2])
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


def scan_geometry(series: Series, subject: PhantomSubject) -> Geometry:
    """Where the slices of a subject lie for the scanner, LPS mm: stacked along the couch, tilted with the gantry."""
    tilt, origins = np.radians(subject.stack.tilt), np.tile(np.array(series.corner), (len(subject.hu), 1))
    origins[:, 2] += subject.stack.heights
    row_step = np.array([0.0, np.cos(tilt), -np.sin(tilt)]) * subject.spacing[2]
    return Geometry(origins=origins, row_step=row_step, column_step=np.array([subject.spacing[2], 0.0, 0.0]))


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
    geometry = scan_geometry(series, subject)
    gaps, pixel_mm = subject.stack.gaps, _decimal(subject.spacing[2])
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
        data.SliceThickness = _decimal(subject.stack.thickness[number])
        data.SpacingBetweenSlices = _decimal(gaps[min(number, len(gaps) - 1)] if len(gaps) else data.SliceThickness)
        data.ReconstructionDiameter = _decimal(subject.stack.field_of_view)
        data.GantryDetectorTilt = _decimal(subject.stack.tilt)
        data.StudyInstanceUID, data.SeriesInstanceUID = uid(seed, index, "study"), uid(seed, index, "series")
        data.FrameOfReferenceUID, data.PositionReferenceIndicator = uid(seed, index, "frame"), "OM"
        data.SeriesNumber, data.AcquisitionNumber = 2, 1
        data.InstanceNumber = slices - number if series.head_first else number + 1
        data.ImagePositionPatient = [_decimal(value) for value in geometry.origins[number]]
        down = geometry.row_step / subject.spacing[2]
        data.ImageOrientationPatient = [1, 0, 0, 0, _decimal(down[1]), _decimal(down[2])]
        data.SliceLocation = data.ImagePositionPatient[2]
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.Rows, data.Columns = rows, columns
        data.PixelSpacing = [pixel_mm, pixel_mm]
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

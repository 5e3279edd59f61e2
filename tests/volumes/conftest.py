"""DICOM series made by code, sound unless a test asks for a fault."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from bleedmap.volumes.dicom.study import read_study

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"


def head_hu(slices=4, rows=12, columns=10, seed=0):
    """Random HU with a rim of air, such that no two voxels are likely alike."""
    hu = np.random.default_rng(seed).integers(-20, 1500, (slices, rows, columns)).astype(np.int16)
    hu[:, :3] = -1000
    hu[:, 3:6] = np.random.default_rng(seed + 1).integers(1, 100, (slices, 3, columns))
    return hu


def tilted(degrees):
    """ImageOrientationPatient of a gantry tilted about the left-right axis."""
    angle = np.radians(degrees)
    return [1.0, 0.0, 0.0, 0.0, float(np.cos(angle)), float(-np.sin(angle))]


def stored(hu, *, slope=1.0, intercept=-1024.0, signed=False, bits=16):
    """Bytes of pixels as a scanner writes them: bits that do not count are zero."""
    numbers = np.rint((hu.astype(np.float64) - intercept) / slope).astype(np.int64)
    return (numbers & (2**bits - 1)).astype("<u2").tobytes() if not signed else numbers.astype("<i2").tobytes()


def write_series(
    folder,
    hu,
    *,
    heights=None,
    orientation=(1, 0, 0, 0, 1, 0),
    corner=(-50.0, -60.0),
    pixel=(0.6, 0.5),
    slope=1.0,
    intercept=-1024.0,
    signed=False,
    bits=16,
    uid=None,
    first=1,
    **tags,
):
    """Write slices of HU as files; ``heights`` are z in mm; tags set to None are left out. Returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    uid = uid or generate_uid(prefix="1.2.3.", entropy_srcs=[str(folder)])[:40]
    heights = np.arange(len(hu)) * 5.0 if heights is None else heights
    paths = []
    for number, (plane, height) in enumerate(zip(hu, heights, strict=True), start=first):
        path = folder / f"slice-{number - 1:03d}.dcm"
        data = empty_file(path, CT_IMAGE, f"{uid}.{number}")
        values = {
            "SeriesInstanceUID": uid,
            "PatientID": "secret-patient",
            "Modality": "CT",
            "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
            "InstanceNumber": number,
            "ImagePositionPatient": [*corner, float(height)],
            "ImageOrientationPatient": list(orientation),
            "PixelSpacing": list(pixel),
            **pixel_tags(plane.shape, signed=signed, bits=bits),
            "RescaleSlope": slope,
            "RescaleIntercept": intercept,
            "PixelData": stored(plane, slope=slope, intercept=intercept, signed=signed, bits=bits),
        }
        save(data, path, {**values, **tags})
        paths.append(path)
    return paths


def write_enhanced(path, hu, *, heights, orientation=(1, 0, 0, 0, 1, 0), frame_types=None, **tags):
    """Write slices of HU as one enhanced multi-frame file: what all share once, the rest a frame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = empty_file(path, ENHANCED_CT, "1.2.3.77")
    shared = group(
        PixelMeasuresSequence={"PixelSpacing": [0.6, 0.5], "SliceThickness": 5.0},
        PixelValueTransformationSequence={"RescaleSlope": 1.0, "RescaleIntercept": -1024.0, "RescaleType": "HU"},
        PlaneOrientationSequence={"ImageOrientationPatient": list(orientation)},
    )
    kinds = frame_types or ["AXIAL"] * len(hu)
    frames = [
        group(
            PlanePositionSequence={"ImagePositionPatient": [-50.0, -60.0, float(height)]},
            CTImageFrameTypeSequence={"FrameType": ["ORIGINAL", "PRIMARY", kind, "NONE"]},
        )
        for height, kind in zip(heights, kinds, strict=True)
    ]
    values = {
        "SeriesInstanceUID": "1.2.3.7",
        "PatientID": "secret-patient",
        "Modality": "CT",
        "ImageType": ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
        "NumberOfFrames": len(hu),
        "SharedFunctionalGroupsSequence": Sequence([shared]),
        "PerFrameFunctionalGroupsSequence": Sequence(frames),
        **pixel_tags(hu.shape[1:], signed=False, bits=16),
        "PixelData": stored(hu),
    }
    save(data, path, {**values, **tags})
    return path


def empty_file(path, sop_class, uid):
    """A DICOM file with a name and nothing in it."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = sop_class, uid
    return data


def pixel_tags(shape, *, signed, bits):
    """How the pixels of a slice are stored."""
    return {
        "Rows": shape[0],
        "Columns": shape[1],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(signed),
    }


def group(**macros):
    """A functional group: one item a macro."""
    found = Dataset()
    for name, values in macros.items():
        item = Dataset()
        for tag, value in values.items():
            setattr(item, tag, value)
        setattr(found, name, Sequence([item]))
    return found


def save(data, path, values):
    """Set tags, leave out those that are None, and write."""
    for name, value in values.items():
        if value is not None:
            setattr(data, name, value)
        elif name in data:
            delattr(data, name)
    data.save_as(path, enforce_file_format=True)


def edit(path, **tags):
    """Change tags of a file; None takes one out."""
    save(pydicom.dcmread(path), path, tags)


def read_one(files):
    """The one series among some files, or the first fault raised."""
    found, faults = read_study(files)
    if not found:
        raise faults[0]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def series(tmp_path) -> list[Path]:
    """Four sound slices."""
    return write_series(tmp_path / "series", head_hu())

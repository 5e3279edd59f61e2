"""DICOM series made by code, sound unless a test asks for a fault."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"


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
    **tags,
):
    """Write slices of HU as files; ``heights`` are z in mm; tags set to None are left out. Returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    uid = uid or generate_uid(prefix="1.2.3.", entropy_srcs=[str(folder)])[:40]
    heights = np.arange(len(hu)) * 5.0 if heights is None else heights
    paths = []
    for index, (plane, height) in enumerate(zip(hu, heights, strict=True)):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CT_IMAGE
        meta.MediaStorageSOPInstanceUID = f"{uid}.{index + 1}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        path = folder / f"slice-{index:03d}.dcm"
        data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
        stored = np.rint((plane.astype(np.float64) - intercept) / slope)
        values = {
            "SOPClassUID": CT_IMAGE,
            "SOPInstanceUID": f"{uid}.{index + 1}",
            "SeriesInstanceUID": uid,
            "PatientID": "secret-patient",
            "Modality": "CT",
            "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
            "ImagePositionPatient": [*corner, float(height)],
            "ImageOrientationPatient": list(orientation),
            "PixelSpacing": list(pixel),
            "Rows": plane.shape[0],
            "Columns": plane.shape[1],
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16,
            "BitsStored": bits,
            "HighBit": bits - 1,
            "PixelRepresentation": int(signed),
            "RescaleSlope": slope,
            "RescaleIntercept": intercept,
            "PixelData": stored.astype(np.int16 if signed else np.uint16).tobytes(),
        }
        values.update(tags)
        for name, value in values.items():
            if value is not None:
                setattr(data, name, value)
        data.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


@pytest.fixture
def series(tmp_path) -> list[Path]:
    """Four sound slices."""
    return write_series(tmp_path / "series", head_hu())

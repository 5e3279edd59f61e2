"""Scans with lesions of known place and size, as files, and what a perfect method would find in them."""

import numpy as np
import pydicom

from bleedmap.constants import SUBTYPES
from bleedmap.datasets.sources import input_files
from bleedmap.datasets.study import read_volumes
from bleedmap.phantom.scanner.dicom import make_slices
from bleedmap.phantom.scanner.geometry import ScanGeometry
from bleedmap.phantom.scanner.series import make_series
from bleedmap.phantom.subject import PhantomSubject
from bleedmap.predict.found import Found

SIDE, PIXEL_MM = 96, 2.0
PLAIN = np.full(27, 5.0)
UNEVEN = np.concatenate([np.full(13, 4.0), [1.1], np.full(12, 7.0)])  # as the public GE scan
PATIENT = "Roe^Jane"
RADII_MM = (22.0, 26.0, 33.0)  # along the patient's left, back and head
LABEL = 4  # subdural


def write_scan(folder, *, gaps=PLAIN, tilt=0.0, turn=None):
    """A head of 30 HU as DICOM, a file a slice.

    Args:
        folder: to make.
        gaps: mm along the couch between slices.
        tilt: degrees.
        turn: what to do with the pixels of every file: ``upside-down``, ``mirrored`` or ``transposed``; they keep
            their place in the patient.
    """
    folder.mkdir(parents=True)
    row, column = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    radius = np.hypot(row, column)
    plane = np.where(radius < 36, 30, np.where(radius < 40, 1000, -1000)).astype(np.int16)
    hu = np.repeat(plane[None], len(gaps) + 1, axis=0)
    empty = np.zeros(hu.shape, dtype=np.uint8)
    stack = ScanGeometry(gaps, np.append(gaps, gaps[-1]), tilt, SIDE * PIXEL_MM)
    spacing = (stack.usual_gap, PIXEL_MM, PIXEL_MM)
    subject = PhantomSubject("roe", hu, empty, empty.astype(bool), spacing, stack)
    for number, data in enumerate(make_slices(7, 0, subject, make_series(7, 0, subject))):
        data.PatientName, data.PatientID = PATIENT, "secret-123"
        if turn:
            turn_pixels(data, turn)
        data.save_as(folder / f"{number:03d}.dcm", enforce_file_format=True)
    return folder


def turn_pixels(data, turn):
    """Write the pixels of a file in another order and say so in its header."""
    along, down = np.array(data.ImageOrientationPatient, dtype=float).reshape(2, 3)
    position, pixels = np.array(data.ImagePositionPatient, dtype=float), data.pixel_array
    if turn == "upside-down":
        position, down, pixels = position + (SIDE - 1) * PIXEL_MM * down, -down, pixels[::-1]
    elif turn == "mirrored":
        position, along, pixels = position + (SIDE - 1) * PIXEL_MM * along, -along, pixels[:, ::-1]
    else:
        along, down, pixels = down, along, pixels.T
    data.ImagePositionPatient = [f"{each:.10g}" for each in position]
    data.ImageOrientationPatient = [f"{each:.10g}" for each in (*along, *down)]
    data.PixelData = np.ascontiguousarray(pixels).tobytes()


def edit(folder, **tags):
    """Set tags of every file; those set to None are deleted."""
    for path in sorted(folder.iterdir()):
        data = pydicom.dcmread(path)
        for name, value in tags.items():
            if value is None:
                delattr(data, name)
            else:
                setattr(data, name, value)
        data.save_as(path)


def places(geometry, shape):
    """(slices, rows, columns, 3) mm, LPS, of every voxel."""
    _, rows, columns = shape
    down = np.arange(rows)[:, None, None] * geometry.row_step
    along = np.arange(columns)[:, None] * geometry.column_step
    return geometry.origins[:, None, None] + down + along


def planted(source, *, subtypes=False, empty=False, radii=RADII_MM):
    """What a perfect method finds in a scan with an ellipsoid in its middle and a small ball behind it.

    Args:
        source: files of the scan.
        subtypes: whether it tells the five apart: the ellipsoid is subdural, the ball intraparenchymal.
        empty: whether it finds nothing.
        radii: of the ellipsoid, mm, along left, back and head.
    """
    studies, faults = read_volumes(input_files(source))
    volume = studies[0].volume
    where = places(volume.geometry, volume.hu.shape)
    middle = where.reshape(-1, 3).mean(axis=0)
    labels = np.zeros(volume.hu.shape, dtype=np.uint8)
    if not empty:
        labels[(((where - middle) / radii) ** 2).sum(axis=-1) < 1] = LABEL if subtypes else 1
        labels[((where - middle - [0, 48, 0]) ** 2).sum(axis=-1) < 10**2] = 1
    probability = np.where(labels > 0, 0.875, 0.0).astype(np.float32)
    slices = np.where(labels.any(axis=(1, 2)), 0.9, 0.1)
    return Found(
        volume=volume,
        labels=labels,
        probability=probability,
        classes=SUBTYPES if subtypes else ("any",),
        slice_probability=slices,
        method="perfect",
        digest="5eed" * 16,
        faults=faults,
    )

"""Small data sets on disk, sound unless a test asks for a fault."""

import numpy as np
import pytest
from PIL import Image

from bleedmap.phantom.dicom import make_series, make_slices
from bleedmap.phantom.subject import PhantomSubject
from bleedmap.volumes.ct_volume import Geometry
from bleedmap.volumes.nifti import write_nifti

SHAPE = (3, 24, 20)


def head_hu(shape=SHAPE):
    """Air around, soft tissue within; no two slices alike."""
    hu = np.full(shape, -1000, dtype=np.int16)
    hu[:, 4:-4, 4:-4] = 30 + np.arange(shape[0])[:, None, None]
    return hu


@pytest.fixture
def write_ct():
    """Write a NIfTI file of ``head_hu``, or of other values on the same grid."""

    def write(path, values=None):
        path.parent.mkdir(parents=True, exist_ok=True)
        values = head_hu() if values is None else values
        write_nifti(path, values, Geometry.from_affine(np.diag([-0.5, -0.5, 5.0, 1.0]), len(values)))

    return write


@pytest.fixture
def write_dicom():
    """Write a DICOM series as ``<folder>/<prefix>NN.dcm``, names from foot to head; returns the UIDs in that order."""

    def write(folder, patient="Jane Roe", *, index=0, prefix="", slices=3):
        folder.mkdir(parents=True, exist_ok=True)
        hu = head_hu((slices, *SHAPE[1:]))
        empty = np.zeros(hu.shape, dtype=np.uint8)
        subject = PhantomSubject(patient, hu, empty, empty.astype(bool), spacing=(5.0, 0.5, 0.5))
        uids = []
        for number, data in enumerate(make_slices(7, index, subject, make_series(7, index, subject))):
            data.save_as(folder / f"{prefix}{number:02d}.dcm", enforce_file_format=True)
            uids.append(str(data.SOPInstanceUID))
        return uids

    return write


@pytest.fixture
def write_picture():
    """Write a grey picture of one value."""

    def write(path, grey=100, shape=(16, 16)):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full(shape, grey, dtype=np.uint8)).save(path)

    return write

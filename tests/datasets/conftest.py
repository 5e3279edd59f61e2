"""Small data sets on disk, sound unless a test asks for a fault."""

import shutil
from importlib import import_module

import nibabel as nib
import numpy as np
import pydicom
import pytest
from PIL import Image

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.datasets.check import check_data
from bleedmap.datasets.rsna2019.build_index import build_index
from bleedmap.phantom.scanner.dicom import make_slices
from bleedmap.phantom.scanner.series import make_series
from bleedmap.phantom.subject import PhantomSubject
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import write_nifti
from bleedmap.volumes.nifti_file import packed

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


@pytest.fixture(scope="session")
def miniature_cohort():
    """Phantom cohort whose first subjects the miniature of a data set shows."""
    return lambda name: import_module(f"tests.datasets.miniature_{name}").cohort(0)


@pytest.fixture
def edit_nifti():
    """Change a NIfTI file in place: its voxels by one function, its (4, 4) affine by another."""

    def edit(path, voxels=lambda array: array, affine=lambda matrix: matrix):
        image = nib.load(path)
        changed = nib.Nifti1Image(voxels(np.asarray(image.dataobj)), affine(image.affine))
        path.write_bytes(packed(changed) if path.suffix == ".gz" else changed.to_bytes())

    return edit


@pytest.fixture
def turn_nifti():
    """Store a NIfTI file with some voxel axes counted the other way round; nothing moves in the patient."""

    def turn(path, *axes):
        image = nib.load(path)
        changed = image.as_reoriented(np.array([(axis, -1 if axis in axes else 1) for axis in range(3)]))
        path.write_bytes(packed(changed) if path.suffix == ".gz" else changed.to_bytes())

    return turn


@pytest.fixture
def codes_found():
    """Scan and code of whatever ``check_data`` finds, but that a miniature is not the whole set."""

    def codes(spec):
        return {(finding.scan, finding.fault.code) for finding in check_data(spec)} - {("", "count")}

    return codes


@pytest.fixture(scope="session")
def miniature_parts():
    """Module that writes the miniature of a data set, for what stands in it by name."""
    return lambda name: import_module(f"tests.datasets.miniature_{name}")


@pytest.fixture
def copy_dicom():
    """Copy a DICOM file under another name and SOP instance UID; returns the UID of the original."""

    def copied(file, name, uid):
        with pydicom.config.disable_value_validation():
            data = pydicom.dcmread(file)
            original, data.SOPInstanceUID = str(data.SOPInstanceUID), uid
            data.file_meta.MediaStorageSOPInstanceUID = uid
            data.save_as(file.with_name(name))
        return original

    return copied


@pytest.fixture(scope="session")
def rsna2019_parts(miniature_parts):
    return miniature_parts("rsna2019")


@pytest.fixture(scope="session")
def rsna2019_indexed(miniature, tmp_path_factory):
    """The miniature of RSNA 2019 with its index, not to be changed."""
    root = tmp_path_factory.mktemp("indexed") / "set"
    shutil.copytree(miniature("rsna2019"), root)
    build_index(Rsna2019Spec(root=root), workers=1)
    return root

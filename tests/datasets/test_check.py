import numpy as np
import pytest
from typer.testing import CliRunner

from bleedmap.cli import application
from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.check import check_data
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import write_nifti

TABLE = "scan,slice,hemorrhage,subject\na,0,0,p\na,1,1,p\na,2,0,p\nb,0,0,p\nb,1,0,p\nb,2,0,p\n"


@pytest.fixture
def root(tmp_path, write_ct, write_dicom):
    """Two sound scans of one patient with labels."""
    rows = np.where(np.arange(24)[:, None] < 6, -1000, 30 + np.arange(60).reshape(3, 1, 20))
    write_ct(tmp_path / "scans" / "a.nii.gz", rows.astype(np.int16))
    write_dicom(tmp_path / "scans" / "b")
    (tmp_path / "labels.csv").write_text(TABLE)
    (tmp_path / "masks").mkdir()
    return tmp_path


def spec(root):
    return FolderSpec(root=root / "scans", labels=root / "labels.csv", masks=root / "masks", public_names=True)


def draw(root, slices):
    mask = np.zeros((3, 24, 20), dtype=np.uint8)
    mask[slices, 8:12, 8:12] = 1
    write_nifti(root / "masks" / "a.nii.gz", mask, Geometry.from_affine(np.diag([-0.5, -0.5, 5.0, 1.0]), 3))


def faults(root):
    return [(found.scan, found.fault.code) for found in check_data(spec(root)) if not found.is_note]


def test_a_sound_data_set_has_no_fault_and_a_note_on_the_patient(root):
    draw(root, [1])
    found = check_data(spec(root))
    assert [(f.scan, f.fault.code) for f in found if f.fault.code == "same-patient"] == [("b", "same-patient")]
    assert {f.fault.code for f in found if not f.is_note} <= {"no-mask"}


def test_labels_and_masks_that_disagree_are_told(root):
    draw(root, [0])
    (found,) = [f for f in check_data(spec(root)) if f.fault.code == "label-mask"]
    assert found.scan == "a"
    assert "1 slices labelled healthy" in found.fault.found
    assert "1 labelled bleeding without" in found.fault.found


def test_the_same_voxels_under_two_names_are_told(root, write_ct):
    write_ct(root / "scans" / "c.nii.gz")
    (root / "labels.csv").write_text(TABLE + "c,0,0,q\n")
    assert ("c", "same-voxels") in faults(root)


def test_a_scan_without_label_or_mask_is_told(root, write_ct):
    write_ct(
        root / "scans" / "c.nii.gz",
        np.where(np.arange(24)[:, None] < 6, -1000, 50 + np.arange(60).reshape(3, 1, 20)).astype(np.int16),
    )
    assert ("c", "no-label") in faults(root)


def test_a_scan_that_is_refused_is_told_with_its_reason(root):
    (root / "scans" / "c.nii.gz").write_bytes(b"no volume")
    assert {code for scan, code in faults(root) if scan == "c"} == {"not-nifti"}


def test_a_root_that_is_not_there_is_one_fault(tmp_path):
    (found,) = check_data(FolderSpec(root=tmp_path / "none"))
    assert (found.scan, found.fault.code) == ("", "no-folder")


def run(*arguments):
    return CliRunner().invoke(application, ["check-data", *map(str, arguments)])


def test_the_command_line_tells_all_and_ends_with_a_code_for_scripts(root, tmp_path):
    (root / "scans" / "c.nii.gz").write_bytes(b"no volume")
    done = run("folder", root / "scans", "--out", tmp_path / "found.csv", "--private", tmp_path / "where.csv")
    assert done.exit_code == 8
    table = (tmp_path / "found.csv").read_text()
    assert "not-nifti" in table
    assert str(root) not in table + done.output
    assert str(root) in (tmp_path / "where.csv").read_text()
    assert (tmp_path / "where.csv").stat().st_mode & 0o777 == 0o600


def test_nothing_usable_has_an_exit_code_of_its_own(tmp_path):
    (tmp_path / "x.nii.gz").write_bytes(b"no volume")
    assert run("folder", tmp_path).exit_code == 2


@pytest.mark.parametrize("arguments", [["foldr", "."], ["--dataset", "none"], []])
def test_an_unknown_data_set_is_one_sentence(arguments, repository, monkeypatch):
    monkeypatch.chdir(repository)
    done = run(*arguments)
    assert done.exit_code != 0
    assert done.exception.code in {"bad-value", "no-dataset"}

import shutil

import numpy as np
import pytest

from bleedmap.config.nifti_datasets import Instance2022Spec
from bleedmap.datasets.instance2022.listing import list_sources
from bleedmap.datasets.instance2022.reading import read
from bleedmap.errors import TableError
from tests.heads import made_head

NAMES = ["001", "002", "003", "004", "005", "006"]


@pytest.fixture
def root(miniature, tmp_path):
    return shutil.copytree(miniature("instance2022"), tmp_path / "set")


def read_all(root):
    spec = Instance2022Spec(root=root)
    return {scan.id: scan for source in list_sources(spec) for scan in read(spec, source)}


def test_masks_give_the_labels(root, miniature_cohort):
    scans = read_all(root)
    assert list(scans) == NAMES
    for index in (0, 3):
        subject, scan = made_head(miniature_cohort("instance2022"), index), scans[NAMES[index]]
        np.testing.assert_array_equal(scan.volume.hu, subject.hu)
        np.testing.assert_array_equal(scan.truth, subject.truth > 0)
        np.testing.assert_array_equal(scan.labels, (subject.truth > 0).any(axis=(1, 2)))
        assert scan.scan_label == 1
        assert scan.subtypes is None


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1, 2)])
@pytest.mark.parametrize("part", ["data", "label"])
def test_the_order_of_voxels_in_a_file_changes_nothing(root, turn_nifti, part, axes):
    before = read_all(root)["002"]
    turn_nifti(root / "train_2" / part / "002.nii.gz", *axes)
    after = read_all(root)["002"]
    np.testing.assert_array_equal(after.volume.hu, before.volume.hu)
    np.testing.assert_array_equal(after.truth, before.truth)
    np.testing.assert_array_equal(after.labels, before.labels)


def test_the_root_may_be_the_training_folder_and_its_name_that_of_either_release(root):
    before = list_sources(Instance2022Spec(root=root))
    assert list_sources(Instance2022Spec(root=root / "train_2")) == before
    (root / "train_2").rename(root / "train")
    assert [source.stamp for source in list_sources(Instance2022Spec(root=root))] == [s.stamp for s in before]


def test_the_later_release_is_read_where_both_are(root, codes_found):
    shutil.copytree(root / "train_2", root / "train")
    (root / "train" / "data" / "006.nii.gz").unlink()
    spec = Instance2022Spec(root=root)
    assert [source.id for source in list_sources(spec)] == NAMES
    assert codes_found(spec) == {("", "two-releases")}


def test_a_validation_scan_without_a_mask_is_read_without_labels(root):
    (root / "train_2" / "label" / "004.nii.gz").unlink()
    scan = read_all(root)["004"]
    assert scan.truth is None
    assert set(scan.labels.tolist()) == {-1}
    assert scan.scan_label == -1


def test_a_sound_copy_has_no_fault(root, codes_found):
    assert codes_found(Instance2022Spec(root=root)) == set()


def drop(name):
    return lambda top, edit: (top / name).unlink()


def nifti(name, **changes):
    return lambda top, edit: edit(top / name, **changes)


def copy(name, other):
    return lambda top, edit: shutil.copy(top / name, top / other)


def cut(name):
    return lambda top, edit: (top / name).write_bytes((top / name).read_bytes()[:-100])


def text(name):
    return lambda top, edit: (top / name).write_text("moved")


def moved(matrix):
    return matrix + np.array([[0, 0, 0, 3.0]] + [[0] * 4] * 3)


FAULTS = {
    "mask gone": (drop("label/001.nii.gz"), {("001", "no-mask"), ("001", "no-label")}),
    "scan gone": (drop("data/001.nii.gz"), {("001", "no-scan")}),
    "mask of 255": (nifti("label/002.nii.gz", voxels=lambda mask: mask * 255), {("002", "mask-values")}),
    "mask of parts": (
        nifti("label/002.nii.gz", voxels=lambda mask: mask.astype(np.float32) / 2),
        {("002", "mask-values")},
    ),
    "mask empty": (nifti("label/002.nii.gz", voxels=np.zeros_like), {("002", "empty-mask")}),
    "mask of another scan": (copy("label/002.nii.gz", "label/001.nii.gz"), {("001", "mask-grid")}),
    "mask cropped": (nifti("label/003.nii.gz", voxels=lambda mask: mask[1:]), {("003", "mask-grid")}),
    "mask elsewhere": (nifti("label/003.nii.gz", affine=moved), {("003", "mask-grid")}),
    "mask for scan": (copy("label/004.nii.gz", "data/004.nii.gz"), {("004", "not-hu")}),
    "scan scaled": (
        nifti("data/004.nii.gz", voxels=lambda hu: ((hu + 1024) / 4095).astype(np.float32)),
        {("004", "not-hu")},
    ),
    "two volumes": (
        nifti("data/004.nii.gz", voxels=lambda hu: np.stack([hu, hu], axis=-1)),
        {("004", "not-one-volume")},
    ),
    "scan cut short": (cut("data/005.nii.gz"), {("005", "truncated")}),
    "mask cut short": (cut("label/005.nii.gz"), {("005", "truncated")}),
    "text for scan": (text("data/005.nii.gz"), {("005", "not-nifti")}),
    "same scan twice": (
        lambda top, edit: [
            shutil.copy(top / part / "006.nii.gz", top / part / "007.nii.gz") for part in ("data", "label")
        ],
        {("007", "same-voxels")},
    ),
    "stray file": (text("label/readme.txt"), {("", "unexpected-file")}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(root, edit_nifti, codes_found, fault):
    plant, expected = FAULTS[fault]
    plant(root / "train_2", edit_nifti)
    assert codes_found(Instance2022Spec(root=root)) == expected


def test_a_copy_that_cannot_be_listed_is_one_sentence(root, codes_found):
    for name, code in (("gone", "no-folder"), ("train_2/label", "no-folder")):
        spec = Instance2022Spec(root=root / name)
        with pytest.raises(TableError) as caught:
            list_sources(spec)
        assert caught.value.code == code
        assert str(root) not in str(caught.value)
        assert codes_found(spec) == {("", code)}

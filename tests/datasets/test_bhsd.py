import json
import os
import shutil

import nibabel as nib
import numpy as np
import pytest

from bleedmap.config.nifti_datasets import BhsdSpec
from bleedmap.datasets.bhsd.listing import list_sources
from bleedmap.datasets.bhsd.reading import read
from bleedmap.errors import TableError
from tests.heads import made_head

FIRST = "ID_0a11ce01_ID_0123456789"
TWICE = ("ID_2db7ee14_ID_23456789ab", "ID_2db7ee14_ID_f27e38fdfd")
LAST = "ID_4e0e0e05_ID_456789abcd"
BLEEDS, HEALTHY = "ID_5f0f0f06_ID_56789abcde", "ID_60606007_ID_6789abcdef"
NOTE = (TWICE[1], "same-patient")


@pytest.fixture
def root(miniature, tmp_path):
    return shutil.copytree(miniature("bhsd"), tmp_path / "set")


def images(root):
    return root / "label_192" / "images"


def masks(root):
    return root / "label_192" / "ground truths"


def read_all(root, **settings):
    spec = BhsdSpec(root=root, **settings)
    return {scan.id: scan for source in list_sources(spec) for scan in read(spec, source)}


def test_their_label_numbers_become_the_subtypes_of_this_project(root, miniature_cohort):
    scans = list(read_all(root).values())
    for index in (0, 3):
        subject, scan = made_head(miniature_cohort("bhsd"), index), scans[index]
        np.testing.assert_array_equal(scan.volume.hu, subject.hu)
        np.testing.assert_array_equal(scan.truth, subject.truth)
        subtypes = [[(one == value).any() for value in range(1, 6)] for one in subject.truth]
        np.testing.assert_array_equal(scan.subtypes, subtypes)
        np.testing.assert_array_equal(scan.labels, np.any(subtypes, axis=1))
        assert scan.scan_label == 1
    assert {value for scan in scans for value in np.unique(scan.truth).tolist()} == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize(("theirs", "ours"), [(1, "edh"), (2, "iph"), (3, "ivh"), (4, "sah"), (5, "sdh")])
def test_each_of_their_numbers_is_the_subtype_that_their_index_names(root, edit_nifti, theirs, ours):
    edit_nifti(masks(root) / f"{FIRST}.nii.gz", lambda mask: np.where(mask > 0, theirs, 0).astype(np.uint8))
    scan = read_all(root)[FIRST]
    where = ("iph", "ivh", "sah", "sdh", "edh").index(ours)
    assert set(np.unique(scan.truth)) == {0, where + 1}
    assert scan.subtypes.any(axis=0).tolist() == [column == where for column in range(5)]


def test_a_header_with_only_a_qform_places_the_scan(root):
    image = nib.load(images(root) / f"{FIRST}.nii.gz")
    assert (int(image.header["qform_code"]), int(image.header["sform_code"])) == (1, 0)
    geometry = read_all(root)[FIRST].volume.geometry
    np.testing.assert_allclose(geometry.spacing, (10, 2.875, 2.875), rtol=1e-5)
    assert geometry.tilt_degrees() == pytest.approx(0, abs=0.01)
    assert geometry.normal[1] == pytest.approx(0.2, abs=1e-5)


def test_two_scans_of_a_patient_have_one_subject(root):
    scans = read_all(root)
    assert [scans[name].subject for name in TWICE] == ["ID_2db7ee14"] * 2
    assert len({scan.subject for scan in scans.values()}) == len(scans) - 1
    hidden = read_all(root, public_names=False)
    assert len({scan.subject for scan in hidden.values()}) == len(scans) - 1
    assert not any("2db7ee14" in scan.subject + scan.id for scan in hidden.values())


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1, 2)])
@pytest.mark.parametrize("folder", [images, masks])
def test_the_order_of_voxels_in_a_file_changes_nothing(root, turn_nifti, folder, axes):
    before = read_all(root)[LAST]
    turn_nifti(folder(root) / f"{LAST}.nii.gz", *axes)
    after = read_all(root)[LAST]
    np.testing.assert_array_equal(after.volume.hu, before.volume.hu)
    np.testing.assert_array_equal(after.truth, before.truth)
    np.testing.assert_array_equal(after.subtypes, before.subtypes)


def test_unlabelled_scans_are_only_known_to_bleed_or_not(root):
    assert set(read_all(root, unlabelled=True)) - set(read_all(root)) == {BLEEDS, HEALTHY}
    scans = read_all(root, unlabelled=True)
    assert (scans[BLEEDS].scan_label, scans[HEALTHY].scan_label) == (1, 0)
    assert set(scans[BLEEDS].labels.tolist()) == {-1}
    assert set(scans[HEALTHY].labels.tolist()) == {0}
    assert scans[BLEEDS].truth is scans[HEALTHY].truth is None
    assert scans[HEALTHY].subject == "ID_60606007"


def test_the_root_may_be_the_labelled_folder_itself(root):
    for unlabelled in (False, True):
        whole = list_sources(BhsdSpec(root=root, unlabelled=unlabelled))
        assert list_sources(BhsdSpec(root=root / "label_192", unlabelled=unlabelled)) == whole


@pytest.mark.parametrize("unlabelled", [False, True])
def test_a_sound_copy_has_no_fault_but_the_note_on_a_patient(root, codes_found, unlabelled):
    assert codes_found(BhsdSpec(root=root, unlabelled=unlabelled)) == {NOTE}


def drop(folder, name):
    return lambda root, edit: (folder(root) / f"{name}.nii.gz").unlink()


def nifti(folder, name, **changes):
    return lambda root, edit: edit(folder(root) / f"{name}.nii.gz", **changes)


def cut(root, edit):
    path = images(root) / f"{LAST}.nii.gz"
    path.write_bytes(path.read_bytes()[:-100])


def rename(root, edit):
    for folder in (images(root), masks(root)):
        (folder / f"{LAST}.nii.gz").rename(folder / "case_7.nii.gz")


def renumber(root, edit):
    index = json.loads((root / "dataset.json").read_text())
    index["labels"] = dict(enumerate(("background", "epidural", "subdural", "subarachnoid", "iph", "ivh")))
    (root / "dataset.json").write_text(json.dumps(index))


FAULTS = {
    "mask gone": (drop(masks, FIRST), {(FIRST, "no-mask"), (FIRST, "no-label")}),
    "scan gone": (drop(images, FIRST), {(FIRST, "no-scan")}),
    "both gone": (lambda root, edit: [drop(f, FIRST)(root, edit) for f in (images, masks)], {("", "missing-scans")}),
    "sixth label": (
        nifti(masks, FIRST, voxels=lambda mask: np.where(mask > 0, 6, mask).astype(np.uint8)),
        {(FIRST, "mask-values")},
    ),
    "negative label": (nifti(masks, FIRST, voxels=lambda mask: -mask.astype(np.int16)), {(FIRST, "mask-values")}),
    "mask empty": (nifti(masks, FIRST, voxels=np.zeros_like), {(FIRST, "empty-mask")}),
    "mask cropped": (nifti(masks, FIRST, voxels=lambda mask: mask[:, :, 1:]), {(FIRST, "mask-grid")}),
    "mask elsewhere": (
        nifti(masks, LAST, affine=lambda matrix: matrix + np.array([[0] * 4, [0, 0, 0, 2.0], [0] * 4, [0] * 4])),
        {(LAST, "mask-grid")},
    ),
    "mask without tilt": (
        nifti(masks, LAST, affine=lambda matrix: np.diag([-2.875, 2.875, 10, 1.0])),
        {(LAST, "mask-grid")},
    ),
    "scan windowed": (
        nifti(images, LAST, voxels=lambda hu: (np.clip(hu.view(np.int16), 0, 80) * 3).astype(np.uint8)),
        {(LAST, "not-hu")},
    ),
    "scan lying down": (
        nifti(images, LAST, affine=lambda matrix: matrix[[0, 2, 1, 3]]),
        {(LAST, "mask-grid")},
    ),
    "scan cut short": (cut, {(LAST, "truncated")}),
    "scan renamed": (rename, {("case_7", "file-name"), ("", "missing-scans")}),
    "labels renumbered": (renumber, {("", "label-numbers")}),
    "index nested without end": (
        lambda root, edit: (root / "dataset.json").write_text("[" * 100_000),
        {("", "unreadable-index")},
    ),
    "index that is a pipe": (
        lambda root, edit: ((root / "dataset.json").unlink(), os.mkfifo(root / "dataset.json")),
        {("", "unreadable-index")},
    ),
    "index damaged": (lambda root, edit: (root / "dataset.json").write_text("{}"), {("", "unreadable-index")}),
    "same scan twice": (
        lambda root, edit: [
            shutil.copy(f(root) / f"{FIRST}.nii.gz", f(root) / f"{TWICE[0]}.nii.gz") for f in (images, masks)
        ],
        {(TWICE[0], "same-voxels")},
    ),
    "stray file": (lambda root, edit: (images(root) / "ID.dcm").touch(), {("", "unexpected-file")}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(root, edit_nifti, codes_found, fault):
    plant, expected = FAULTS[fault]
    plant(root, edit_nifti)
    assert codes_found(BhsdSpec(root=root)) == {NOTE, *expected}


def test_a_scan_in_two_parts_of_the_set_is_found(root, codes_found):
    parts = root / "unlabel_2000"
    shutil.copy(parts / "anybleed" / f"{BLEEDS}.nii.gz", parts / "nobleed" / f"{BLEEDS}.nii.gz")
    found = codes_found(BhsdSpec(root=root, unlabelled=True))
    assert (BLEEDS, "same-name") in found
    assert {scan for scan, _ in found} == {BLEEDS, NOTE[0]}


def test_a_copy_that_cannot_be_listed_is_one_sentence(root, codes_found):
    shutil.rmtree(root / "unlabel_2000")
    for spec in (BhsdSpec(root=root / "gone"), BhsdSpec(root=root, unlabelled=True)):
        with pytest.raises(TableError) as caught:
            list_sources(spec)
        assert caught.value.code == "no-folder"
        assert str(root) not in str(caught.value)
        assert codes_found(spec) == {("", "no-folder")}

"""Faults planted in a good folder data set are found before use."""

import numpy as np
import pytest

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.check import check_data

SHAPE = (3, 24, 20)
SCANS = ("one", "two", "three", "four")


class Folder:
    """A data set whose parts can be spoiled: NIfTI scans with masks, a DICOM scan, labels for all."""

    def __init__(self, top, write_ct, write_dicom):
        self.root, self.masks, self.labels = top / "scans", top / "masks", top / "labels.csv"
        self.write_ct, self.write_dicom = write_ct, write_dicom
        for number, name in enumerate(SCANS):
            write_ct(self.root / f"{name}.nii.gz", self.hu(number))
            write_ct(self.masks / f"{name}.nii.gz", self.mask())
        write_dicom(self.root / "study")
        self.rows = [f"{name},{number},{int(number == 1)}" for name in SCANS for number in range(3)]
        self.rows.append("study,,0")

    def hu(self, number):
        hu = np.full(SHAPE, -1000, dtype=np.int16)
        hu[:, 4:-4, 4:-4] = 30
        hu[:, 6:9, 6:9] += np.int16(number)
        return hu

    def mask(self, bleeding=1):
        mask = np.zeros(SHAPE, dtype=np.uint8)
        mask[bleeding, 8:10, 8:10] = 1
        return mask

    def codes(self):
        """Code and scan of every finding that is no note."""
        self.labels.write_text("scan,slice,hemorrhage\n" + "\n".join(self.rows) + "\n")
        spec = FolderSpec(root=self.root, labels=self.labels, masks=self.masks, public_names=True)
        return {(finding.fault.code, finding.scan) for finding in check_data(spec) if not finding.is_note}


@pytest.fixture
def folder(tmp_path, write_ct, write_dicom):
    return Folder(tmp_path, write_ct, write_dicom)


def test_nothing_is_said_against_a_good_data_set(folder):
    assert folder.codes() == {("no-mask", "study")}


def label_missing_scan(folder):
    folder.rows.append("five,0,1")


def label_missing_slice(folder):
    folder.rows.append("one,3,1")


def label_word(folder):
    folder.rows[0] = "one,0,no"


def contradict_label(folder):
    folder.rows.append("one,0,1")


def disagree_with_mask(folder):
    folder.write_ct(folder.masks / "one.nii.gz", folder.mask(bleeding=2))


def drop_mask(folder):
    (folder.masks / "one.nii.gz").unlink()


def orphan_mask(folder):
    (folder.masks / "one.nii.gz").rename(folder.masks / "uno.nii.gz")


def crop_mask(folder):
    folder.write_ct(folder.masks / "one.nii.gz", folder.mask()[:, :-1])


def scale_mask(folder):
    folder.write_ct(folder.masks / "one.nii.gz", folder.mask().astype(np.float32) / 3)


def cut_scan(folder):
    scan = folder.root / "one.nii.gz"
    scan.write_bytes(scan.read_bytes()[:-20])


def window_scan(folder):
    folder.write_ct(folder.root / "one.nii.gz", np.clip(folder.hu(0) * 3, 0, 255).astype(np.uint8))


def copy_scan(folder):
    folder.write_ct(folder.root / "two.nii.gz", folder.hu(0))


def drop_labels(folder):
    folder.rows = [row for row in folder.rows if not row.startswith("one")]
    (folder.masks / "one.nii.gz").unlink()


def empty_study(folder):
    for file in (folder.root / "study").iterdir():
        file.unlink()


def spoil_study(folder):
    for file in (folder.root / "study").iterdir():
        file.write_text("no image")


@pytest.mark.parametrize(
    ("plant", "code", "scan"),
    [
        (label_missing_scan, "label-scan", "five"),
        (label_missing_slice, "label-slice", "one"),
        (label_word, "label-value", "one"),
        (contradict_label, "label-contradiction", "one"),
        (disagree_with_mask, "label-mask", "one"),
        (drop_mask, "no-mask", "one"),
        (orphan_mask, "mask-scan", "uno"),
        (crop_mask, "mask-grid", "one"),
        (scale_mask, "mask-values", "one"),
        (cut_scan, "truncated", "one"),
        (window_scan, "not-hu", "one"),
        (copy_scan, "same-voxels", "two"),
        (drop_labels, "no-label", "one"),
        (empty_study, "no-images", "study"),
        (spoil_study, "not-dicom", "study"),
    ],
)
def test_a_planted_fault_is_found(folder, plant, code, scan):
    plant(folder)
    assert (code, scan) in folder.codes()


def test_masks_that_are_not_there_at_all_are_told(folder):
    folder.masks = folder.masks.with_name("gone")
    assert ("no-masks", "") in folder.codes()


def test_several_faults_are_told_at_once(folder):
    for plant in (label_missing_scan, cut_scan, spoil_study, orphan_mask):
        plant(folder)
    assert {
        ("label-scan", "five"),
        ("truncated", "one"),
        ("not-dicom", "study"),
        ("mask-scan", "uno"),
    } <= folder.codes()

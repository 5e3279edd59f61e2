import shutil
from functools import partial

import numpy as np
import pytest

from bleedmap.config.nifti_datasets import PhysionetCtIchSpec
from bleedmap.datasets.ingest import ingest
from bleedmap.datasets.physionet_ct_ich.listing import list_sources
from bleedmap.datasets.physionet_ct_ich.reading import read
from bleedmap.errors import TableError
from tests.heads import made_head

NAMES = ["049", "050", "057", "058", "066", "130"]
TABLE = "hemorrhage_diagnosis_raw_ct.csv"
OF_49_8 = "49,8,0,0,1,0,0,0,0"  # a slice with subarachnoid blood
OF_57_5 = "57,5,0,0,0,0,0,1,0"  # a slice of a scan without any


@pytest.fixture
def root(miniature, tmp_path):
    return shutil.copytree(miniature("physionet_ct_ich"), tmp_path / "set")


def spec_of(root, **settings):
    return PhysionetCtIchSpec(root=root, **settings)


def read_all(root, **settings):
    spec = spec_of(root, **settings)
    return {scan.id: scan for source in list_sources(spec) for scan in read(spec, source)}


def edit_table(root, change):
    """Replace the rows of the table, lines without their ends; the header stays."""
    path = root / TABLE
    header, *rows = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([header, *change(rows)]) + "\n", encoding="utf-8-sig")


def replace_row(root, old, *new):
    def change(rows):
        assert old in rows
        return [line for row in rows for line in (new if row == old else (row,))]

    edit_table(root, change)


def test_scans_subtypes_and_masks_are_those_of_the_patients(root, miniature_cohort):
    scans = read_all(root)
    assert list(scans) == NAMES
    for index in (0, 2, 4):
        subject, scan = made_head(miniature_cohort("physionet_ct_ich"), index), scans[NAMES[index]]
        np.testing.assert_array_equal(scan.volume.hu, subject.hu)
        np.testing.assert_array_equal(scan.truth, subject.truth > 0)
        shown = [[(slice_truth == value).any() for value in range(1, 6)] for slice_truth in subject.truth]
        np.testing.assert_array_equal(scan.subtypes, shown)
        np.testing.assert_array_equal(scan.labels, np.any(shown, axis=1))
        assert scan.scan_label == int(np.any(shown))
        assert scan.volume.geometry.spacing == pytest.approx(subject.spacing)
    assert scans["066"].subtypes.any(axis=0).sum() == 2
    assert [scan.subject for scan in scans.values()] == NAMES


def test_a_scan_stored_from_the_head_down_is_labelled_in_the_order_of_its_file(root, turn_nifti):
    scans = read_all(root)
    name = next(name for name, scan in scans.items() if scan.labels.tolist() != scan.labels[::-1].tolist())
    before = scans[name]
    for part in ("ct_scans", "masks"):
        turn_nifti(root / part / f"{name}.nii", 2)
    after = read_all(root)[name]
    np.testing.assert_array_equal(after.volume.hu, before.volume.hu)
    np.testing.assert_array_equal(after.truth, before.truth)
    np.testing.assert_array_equal(after.labels, before.labels[::-1])
    np.testing.assert_array_equal(after.subtypes, before.subtypes[::-1])


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
def test_mirrored_rows_and_columns_change_nothing(root, turn_nifti, axes):
    before = read_all(root)["049"]
    turn_nifti(root / "ct_scans" / "049.nii", *axes)
    after = read_all(root)["049"]
    np.testing.assert_array_equal(after.volume.hu, before.volume.hu)
    np.testing.assert_array_equal(after.truth, before.truth)
    np.testing.assert_array_equal(after.labels, before.labels)


def test_rows_are_joined_by_number_in_whatever_order_they_stand(root):
    before = read_all(root)
    edit_table(root, lambda rows: np.random.default_rng(0).permutation(rows).tolist())
    for name, scan in read_all(root).items():
        np.testing.assert_array_equal(scan.subtypes, before[name].subtypes)


@pytest.mark.parametrize("value", [1, 2, 255])
def test_any_number_above_0_marks_blood(root, edit_nifti, value):
    before = read_all(root)["049"].truth
    edit_nifti(root / "masks" / "049.nii", lambda mask: (mask > 0).astype(np.uint8) * value)
    np.testing.assert_array_equal(read_all(root)["049"].truth, before)


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (OF_49_8, "49,8,1,0,0,0,0,0,0"),
        ("49,8,0,0,1,0,0,1,0",),
        ("49,8,0,0,0,0,0,0,0",),
    ],
)
def test_a_slice_without_a_row_or_with_a_contradiction_is_unknown_and_the_others_stand(root, rows):
    before = read_all(root)["049"]
    replace_row(root, OF_49_8, *rows)
    after = read_all(root)["049"]
    assert before.labels[7] == 1
    assert after.labels[7] == -1
    assert after.subtypes[7].tolist() == [-1] * 5
    np.testing.assert_array_equal(np.delete(after.labels, 7), np.delete(before.labels, 7))
    np.testing.assert_array_equal(np.delete(after.subtypes, 7, axis=0), np.delete(before.subtypes, 7, axis=0))


def test_a_scan_whose_known_slices_are_healthy_is_not_called_healthy_while_one_is_unknown(root):
    replace_row(root, OF_57_5)
    assert read_all(root)["057"].scan_label == -1


def test_a_sound_copy_has_no_fault(root, codes_found):
    assert codes_found(spec_of(root)) == set()


def add_rows(*rows):
    return lambda root, edit_nifti: edit_table(root, lambda old: [*old, *rows])


def swap(old, *new):
    return lambda root, edit_nifti: replace_row(root, old, *new)


def drop_rows(patient):
    return lambda root, edit_nifti: edit_table(
        root, lambda rows: [row for row in rows if not row.startswith(f"{patient},")]
    )


def drop(name):
    return lambda root, edit_nifti: (root / name).unlink()


def nifti(name, **changes):
    return lambda root, edit_nifti: edit_nifti(root / name, **changes)


def copy(name, other):
    return lambda root, edit_nifti: shutil.copy(root / name, root / other)


def cut(name):
    return lambda root, edit_nifti: (root / name).write_bytes((root / name).read_bytes()[:-100])


FAULTS = {
    "mask gone": (drop("masks/049.nii"), {("049", "no-mask")}),
    "scan gone": (drop("ct_scans/050.nii"), {("050", "no-scan"), ("050", "label-scan")}),
    "rows gone": (drop_rows(57), {("057", "no-label")}),
    "one row gone": (swap(OF_49_8), {("049", "label-count")}),
    "rows of nobody": (add_rows("59,1,0,0,0,0,0,1,0"), {("059", "label-scan")}),
    "row of no slice": (add_rows("58,99,0,0,0,0,0,1,0"), {("058", "label-slice")}),
    "slices counted from 0": (add_rows("58,0,0,0,0,0,0,1,0"), {("058", "label-slice")}),
    "row twice": (swap(OF_49_8, OF_49_8, OF_49_8), {("049", "repeated-row")}),
    "rows that differ": (swap(OF_49_8, OF_49_8, "49,8,1,0,0,0,0,0,0"), {("049", "contradicting-rows")}),
    "none and blood": (swap(OF_49_8, "49,8,0,0,1,0,0,1,0"), {("049", "label-contradiction")}),
    "neither none nor blood": (swap(OF_57_5, "57,5,0,0,0,0,0,0,0"), {("057", "label-contradiction")}),
    "label of no kind": (swap(OF_57_5, "57,5,0,2,0,0,0,0,0"), {("057", "label-value")}),
    "label against mask": (swap(OF_57_5, "57,5,0,1,0,0,0,0,0"), {("057", "label-mask")}),
    "mask cropped": (nifti("masks/049.nii", voxels=lambda mask: mask[:, :, :-1]), {("049", "mask-grid")}),
    "mask elsewhere": (
        nifti("masks/049.nii", affine=lambda matrix: matrix + np.eye(4)[:, [3, 3, 3, 2]] * [0, 0, 0, 10]),
        {("049", "mask-grid")},
    ),
    "scan windowed": (
        nifti("ct_scans/130.nii", voxels=lambda hu: (np.clip(hu, 0, 80) * 3).astype(np.uint8)),
        {("130", "not-hu")},
    ),
    "scan cut short": (cut("ct_scans/130.nii"), {("130", "truncated")}),
    "scan turned": (
        nifti(
            "ct_scans/130.nii",
            voxels=lambda hu: hu.transpose(2, 0, 1),
            affine=lambda matrix: matrix[:, [2, 0, 1, 3]],
        ),
        {("130", "slice-axis")},
    ),
    "same scan twice": (
        lambda root, edit_nifti: [
            shutil.copy(root / part / "130.nii", root / part / "058.nii") for part in ("ct_scans", "masks")
        ],
        {("130", "same-voxels"), ("058", "label-mask")},
    ),
    "stray file": (lambda root, edit_nifti: (root / "masks" / "049.png").touch(), {("", "unexpected-file")}),
    "scan twice": (copy("ct_scans/049.nii", "ct_scans/049.nii.gz"), {("", "unexpected-file")}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(root, edit_nifti, codes_found, fault):
    plant, expected = FAULTS[fault]
    plant(root, edit_nifti)
    found = codes_found(spec_of(root))
    assert expected <= found
    assert {scan for scan, _ in found} == {scan for scan, _ in expected}


def test_a_bad_scan_is_refused_and_the_others_go_on(root, tmp_path):
    cut("ct_scans/130.nii")(root, None)
    spec = spec_of(root)
    result = ingest(list_sources(spec), partial(read, spec), tmp_path / "archive.zip")
    assert [row["scan"] for row in result.scans] == NAMES[:-1]
    assert [(row["scan"], row["code"]) for row in result.rejected] == [("130", "truncated")]


def break_root(root):
    shutil.rmtree(root)


def break_scans(root):
    shutil.rmtree(root / "ct_scans")


def break_table(root):
    (root / TABLE).unlink()


def break_column(root):
    (root / TABLE).write_text((root / TABLE).read_text(encoding="utf-8").replace("No_Hemorrhage", "None"))


def older(root):
    shutil.rmtree(root / "ct_scans")
    (root / "Patients_CT" / "049" / "brain").mkdir(parents=True)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (break_root, "no-folder"),
        (break_scans, "no-folder"),
        (break_table, "no-table"),
        (break_column, "missing-column"),
        (older, "old-version"),
    ],
)
def test_a_copy_that_cannot_be_listed_is_one_sentence(root, damage, code, codes_found):
    damage(root)
    with pytest.raises(TableError) as caught:
        list_sources(spec_of(root))
    assert caught.value.code == code
    assert "\n" not in str(caught.value)
    assert str(root) not in str(caught.value)
    assert codes_found(spec_of(root)) == {("", code)}


def test_version_1_is_refused_with_the_version_to_fetch(root):
    older(root)
    with pytest.raises(TableError, match=r"1\.3\.1"):
        list_sources(spec_of(root))


def test_a_change_is_noticed_for_its_scan_alone(root):
    def stamps():
        return {source.id: source.stamp for source in list_sources(spec_of(root))}

    before = stamps()
    replace_row(root, OF_49_8, "49,8,1,0,1,0,0,0,0")
    (root / "masks" / "050.nii").unlink()
    after = stamps()
    assert {name for name in before if before[name] != after[name]} == {"049", "050"}


def test_names_can_be_hidden(root):
    scans = read_all(root, public_names=False)
    assert all(len(scan.id) == 12 and scan.subject == scan.id for scan in scans.values())

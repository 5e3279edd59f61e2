"""Faults of an RSNA 2019 copy are told, and cost no more than they must."""

import shutil

import pydicom
import pytest

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.datasets.check import check_data
from bleedmap.datasets.rsna2019.build_index import build_index
from bleedmap.datasets.rsna2019.check import check
from bleedmap.datasets.rsna2019.listing import list_sources
from bleedmap.datasets.rsna2019.reading import read
from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.ct_volume import Scan


@pytest.fixture
def root(rsna2019_indexed, tmp_path):
    return shutil.copytree(rsna2019_indexed, tmp_path / "set")


@pytest.fixture(scope="session")
def sound(rsna2019_indexed):
    """What is told of the miniature without a fault."""
    return {(finding.scan, finding.fault.code) for finding in check_data(Rsna2019Spec(root=rsna2019_indexed))}


def test_a_sound_copy_is_told_of_its_oddities_only(rsna2019_indexed, sound):
    codes = {code for _, code in sound}
    assert {"image-count", "label-repeated", "several-studies", "same-patient", "truncated"} <= codes
    assert {code for code in codes if code.startswith(("label", "image", "no-"))} == {"image-count", "label-repeated"}
    (note,) = [found for found in check(Rsna2019Spec(root=rsna2019_indexed)) if found.fault.code == "label-repeated"]
    assert note.is_note
    assert note.fault.found.startswith("6 rows")


# planted faults: each is one step that a user may have taken, then what must be found


def images(root):
    return sorted((root / "stage_2_train").iterdir())


def edit_labels(root, change):
    file = root / "stage_2_train.csv"
    header, *rows = file.read_text().splitlines()
    file.write_text("\n".join([header, *change(rows)]) + "\n")


def edit_image(root, **tags):
    file = images(root)[0]
    data = pydicom.dcmread(file)
    with pydicom.config.disable_value_validation():
        data.update(tags)
        data.save_as(file)


def remove_image(root):
    images(root)[0].unlink()


def add_image(root):
    shutil.copy(images(root)[0], root / "stage_2_train" / "ID_fedcba987.dcm")


def cut_image(root):
    images(root)[0].write_bytes(images(root)[0].read_bytes()[:-100])


def add_stray(root):
    (root / "stage_2_train" / "ID_1 (copy).dcm").touch()


def drop_rows_of_an_image(root):
    edit_labels(root, lambda rows: [row for row in rows if images(root)[0].stem not in row])


def drop_a_row(root):
    edit_labels(root, lambda rows: rows[:3] + rows[4:])


def contradict_a_row(root):
    edit_labels(root, lambda rows: [*rows, rows[0][:-1] + str(1 - int(rows[0][-1]))])


def deny_any_bleed(root):
    edit_labels(root, lambda rows: [row.replace("_any,1", "_any,0") for row in rows])


def write_another_value(root):
    edit_labels(root, lambda rows: [rows[0][:-1] + "yes", *rows[1:]])


def write_another_subtype(root):
    edit_labels(root, lambda rows: ["ID_012345678_chronic,1", *rows])


def damage_a_header(root):
    images(root)[0].write_bytes(b"not DICOM")


def drop_the_study(root):
    edit_image(root, StudyInstanceUID="")


def change_the_patient(root):
    edit_image(root, PatientID="ID_ffffffff")


def add_a_labelled_image(root):
    edit_labels(root, lambda rows: [*rows, *(row.replace(row[:12], "ID_abcdef012") for row in rows[:6])])


@pytest.mark.parametrize(
    ("plant", "is_indexed_again", "code"),
    [
        (remove_image, False, "image-missing"),
        (remove_image, True, "label-image"),
        (add_image, False, "image-new"),
        (add_image, True, "no-label"),
        (cut_image, False, "image-size"),
        (add_stray, True, "stray-file"),
        (drop_rows_of_an_image, True, "no-label"),
        (drop_a_row, True, "label-rows"),
        (drop_a_row, False, "label-new"),
        (contradict_a_row, True, "label-contradiction"),
        (deny_any_bleed, True, "label-contradiction"),
        (write_another_value, True, "label-value"),
        (write_another_subtype, True, "label-value"),
        (add_a_labelled_image, True, "label-image"),
        (damage_a_header, True, "no-study"),
        (drop_the_study, True, "no-study"),
        (change_the_patient, True, "mixed-patients"),
    ],
)
def test_a_planted_fault_is_told(root, sound, codes_found, plant, is_indexed_again, code):
    spec = Rsna2019Spec(root=root)
    plant(root)
    if is_indexed_again:
        build_index(spec, workers=1)
    assert code in {found for _, found in codes_found(spec) - sound}


def test_contradicting_rows_cost_their_scan_and_no_other(root, rsna2019_parts):
    contradict_a_row(root)
    build_index(Rsna2019Spec(root=root), workers=1)
    spec = Rsna2019Spec(root=root)
    found = {}
    for source in list_sources(spec):
        try:
            found[source.id] = read(spec, source)[0]
        except ScanError as error:
            found[source.id] = error
    assert [error.code for error in found.values() if isinstance(error, ScanError)] == ["label-contradiction"]
    assert len(found) == 8


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda root: (root / "bleedmap-index.csv").unlink(), "no-index"),
        (lambda root: (root / "bleedmap-index.csv").write_text("scan,slice\n"), "bad-index"),
        (lambda root: (root / "bleedmap-index.csv").write_text(""), "bad-index"),
    ],
)
def test_a_data_set_without_its_index_is_refused_with_the_command_to_run(root, spoil, code):
    spoil(root)
    with pytest.raises(TableError, match=code) as refused:
        list_sources(Rsna2019Spec(root=root))
    assert "bleedmap index-data" in refused.value.remedy


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda root: (root / "stage_2_train.csv").unlink(), "no-table"),
        (lambda root: (root / "stage_2_train.csv").write_text("image,any\n1,2\n"), "label-table"),
        (lambda root: (root / "stage_2_train.csv").write_bytes(b""), "label-table"),
        (lambda root: (root / "stage_2_train.csv").write_bytes(b"ID,Label\n\xff\xfe,1\n"), "label-table"),
        (lambda root: shutil.rmtree(root / "stage_2_train"), "no-folder"),
        (lambda root: [file.unlink() for file in images(root)], "empty-folder"),
    ],
)
def test_nothing_is_indexed_without_images_or_labels(root, spoil, code):
    spoil(root)
    with pytest.raises(TableError, match=code):
        build_index(Rsna2019Spec(root=root), workers=1)


@pytest.fixture
def with_a_copy(root, rsna2019_parts, copy_dicom):
    """Copy one healthy image and label the copy, perhaps it alone; returns the spec and whatever is read."""
    lines = (root / "stage_2_train.csv").read_text().splitlines()

    def made(copied, *, alone=False):
        known = dict(line.split(",") for line in lines[1:])
        image = next(name[:12] for name, value in sorted(known.items()) if name.endswith("_any") and value == "0")
        copy_dicom(root / "stage_2_train" / f"{image}.dcm", "ID_fffffffff.dcm", "ID_fffffffff")
        rows = [line for line in lines if not (alone and line.startswith(image))]
        rows += [f"ID_fffffffff_{kind},{copied.get(kind, 0)}" for kind in (*rsna2019_parts.KINDS, "any")]
        (root / "stage_2_train.csv").write_text("\n".join(rows) + "\n")
        spec = Rsna2019Spec(root=root)
        build_index(spec, workers=1)
        found = [part for source in list_sources(spec) for part in read(spec, source)]
        return spec, found

    return made


def test_an_image_of_rsna_whose_copy_is_labelled_otherwise_is_never_healthy_without_a_word(with_a_copy):
    spec, found = with_a_copy({"subdural": 1, "any": 1})
    assert [part.code for part in found if isinstance(part, ScanError)].count("label-contradiction") == 1
    assert sum(isinstance(part, Scan) for part in found) == 7
    assert "label-contradiction" in {finding.fault.code for finding in check_data(spec)}


def test_an_image_of_rsna_that_only_its_copy_labels_has_that_label(with_a_copy):
    _, found = with_a_copy({"subdural": 1, "any": 1}, alone=True)
    scans = [part for part in found if isinstance(part, Scan)]
    (copied,) = [scan for scan in scans if "copies-dropped" in scan.volume.flags]
    assert (len(scans), (copied.labels == -1).any()) == (8, False)
    row = copied.subtypes.tolist().index([0, 0, 0, 1, 0])
    assert copied.labels[row] == 1

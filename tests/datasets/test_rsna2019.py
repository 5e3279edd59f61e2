import os
import shutil
import stat
from functools import partial

import numpy as np
import pandas as pd
import pydicom
import pytest

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.config.load import load_config
from bleedmap.config.splits import SplitSpec
from bleedmap.datasets.check import check_data
from bleedmap.datasets.ingest import ingest
from bleedmap.datasets.rsna2019.build_index import build_index
from bleedmap.datasets.rsna2019.check import check
from bleedmap.datasets.rsna2019.listing import list_sources
from bleedmap.datasets.rsna2019.reading import read
from bleedmap.errors import ConfigError, ScanError, TableError
from bleedmap.splits.deal import deal
from bleedmap.volumes.ct_volume import Scan
from tests.heads import made_head

SEED = 0


@pytest.fixture(scope="session")
def indexed(miniature, tmp_path_factory):
    root = tmp_path_factory.mktemp("indexed") / "set"
    shutil.copytree(miniature("rsna2019"), root)
    build_index(Rsna2019Spec(root=root), workers=1)
    return root


@pytest.fixture
def root(indexed, tmp_path):
    return shutil.copytree(indexed, tmp_path / "set")


@pytest.fixture(scope="session")
def parts(miniature_parts):
    return miniature_parts("rsna2019")


def read_all(root, **settings):
    spec = Rsna2019Spec(root=root, **settings)
    found = [part for source in list_sources(spec) for part in read(spec, source)]
    return {scan.id: scan for scan in found if not isinstance(scan, ScanError)}


def names_of(parts):
    """Public names of the scans, in the order of ``HEADS``."""
    _, studies, series = parts.ids(SEED)
    return [f"{studies[2]}-{series[s]}" if study == 2 else studies[study] for _, study, s in parts.HEADS]


def bleeding(head):
    """(slices, 5) truth of the subtypes of a head."""
    return np.stack([(head.truth == value).any(axis=(1, 2)) for value in range(1, 6)], axis=1)


def test_scans_patients_and_subtypes_are_those_of_the_heads(indexed, parts):
    scans, (patients, _, _) = read_all(indexed), parts.ids(SEED)
    assert set(scans) == set(names_of(parts))
    for number in (0, 1, 4):
        scan, head = scans[names_of(parts)[number]], made_head(parts.cohort(SEED), number)
        assert scan.subject == patients[parts.HEADS[number][0]]
        np.testing.assert_array_equal(scan.subtypes, bleeding(head))
        np.testing.assert_array_equal(scan.labels, bleeding(head).any(axis=1))
        assert scan.scan_label == int(bleeding(head).any())
        if number == 4:  # nothing was reconstructed outside of the circle, which is air
            inside = scan.volume.hu > -1024
            np.testing.assert_array_equal(scan.volume.hu[inside], head.hu[inside])
            assert (scan.volume.hu[:, 0, 0] == -1024).all()
        else:
            np.testing.assert_array_equal(scan.volume.hu, np.maximum(head.hu, -1000) if number == 1 else head.hu)


def test_an_image_with_short_pixel_data_does_not_cost_its_scan(indexed, parts):
    scan, head = read_all(indexed)[names_of(parts)[2]], made_head(parts.cohort(SEED), 2)
    np.testing.assert_array_equal(scan.volume.hu, head.hu[:-1])
    np.testing.assert_array_equal(scan.subtypes, bleeding(head)[:-1])


def test_the_two_series_of_a_study_and_the_two_studies_of_a_patient_are_one_subject(indexed, parts):
    scans, names = read_all(indexed), names_of(parts)
    assert scans[names[0]].subject == scans[names[1]].subject
    assert scans[names[2]].subject == scans[names[3]].subject != scans[names[0]].subject


def test_names_are_hashed_where_they_must_not_be_shown(indexed, parts):
    shown = [text for group in parts.ids(SEED) for text in group]
    scans = read_all(indexed, public_names=False)
    assert len(scans) == 8
    assert not any(text in scan.id + scan.subject for scan in scans.values() for text in shown)
    assert len({scan.subject for scan in scans.values()}) == 6


def test_the_index_is_the_same_whatever_the_number_of_processes_and_for_its_owner_alone(root):
    file = root / "bleedmap-index.csv"
    before = file.read_bytes()
    file.unlink()
    assert build_index(Rsna2019Spec(root=root), workers=2) == len(list((root / "stage_2_train").iterdir()))
    assert file.read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_listing_opens_nothing_but_the_index(root):
    for file in (root / "stage_2_train").iterdir():
        file.unlink()
    (root / "stage_2_train.csv").unlink()
    assert len(list_sources(Rsna2019Spec(root=root))) == 8


def test_a_stamp_follows_the_labels_of_its_own_scan_and_not_the_order_of_rows(root):
    spec, file = Rsna2019Spec(root=root), root / "bleedmap-index.csv"
    before = {source.id: source.stamp for source in list_sources(spec)}
    table = pd.read_csv(file, dtype=str)
    table.iloc[::-1].to_csv(file, index=False)
    assert {source.id: source.stamp for source in list_sources(spec)} == before
    table.loc[0, "any"] = "0" if table.loc[0, "any"] == "1" else "1"
    table.to_csv(file, index=False)
    os.utime(file, (1, 1))
    after = {source.id: source.stamp for source in list_sources(spec)}
    assert {name for name in before if before[name] != after[name]} == {table.loc[0, "study"]}


@pytest.fixture
def bhsd(tmp_path, parts):
    """A BHSD copy made of patients 0 and 3."""
    patients, _, _ = parts.ids(SEED)
    folder = tmp_path / "bhsd" / "label_192" / "images"
    folder.mkdir(parents=True)
    for patient in (patients[0], patients[3]):
        (folder / f"{patient}_ID_0123456789.nii.gz").touch()
    return tmp_path / "bhsd"


def test_no_patient_of_bhsd_reaches_a_fold(indexed, bhsd, parts, tmp_path):
    spec = Rsna2019Spec(root=indexed, exclude=(bhsd,))
    scans, _, _ = ingest(list_sources(spec), partial(read, spec), tmp_path / "scans.zip").tables()
    dealt = deal(scans, SplitSpec(folds=3), seed=1)
    patients, _, _ = parts.ids(SEED)
    assert set(dealt["subject"]) == {patients[number] for number in (1, 2, 4, 5)}
    (note,) = [found for found in check(spec) if found.fault.code == "excluded-patients"]
    assert note.is_note
    assert note.fault.found.startswith("3 scans of 2 patients")


@pytest.fixture
def config_of(indexed, bhsd):
    """A config that trains and tests on the first of two data sets, RSNA 2019 and BHSD, and tests on the other."""

    def config(names, **settings):
        datasets = {
            "rsna": {"adapter": "rsna2019", "root": str(indexed), **settings},
            "drawn": {"adapter": "bhsd", "root": str(bhsd)},
        }
        first, *others = names
        return {
            "datasets": datasets,
            "splits": {first: {"folds": 3}, **{name: {"test_share": 1} for name in others}},
            "masks": {"fresh": {"method": "hu_threshold"}},
            "methods": {"fresh": {"mask": "fresh"}},
        }

    return config


@pytest.mark.parametrize("names", [["rsna", "drawn"], ["drawn", "rsna"]])
def test_a_config_that_trains_and_tests_on_the_same_patients_is_refused(config_of, bhsd, tmp_path, names):
    for exclude in ([], [str(tmp_path / "other")], [str(bhsd / "label_192")]):
        with pytest.raises(ConfigError, match=r"add the root of drawn to datasets\.rsna\.exclude"):
            load_config(config_of(names, exclude=exclude))
    assert load_config(config_of(names, exclude=[str(bhsd)]))
    assert load_config(config_of(names, exclude=[str(bhsd.parent)]))


def test_either_data_set_alone_needs_no_exclusion(config_of):
    assert load_config(config_of(["rsna"]))
    assert load_config(config_of(["drawn"]))


def test_patients_are_excluded_by_a_list_as_by_a_copy_of_bhsd(indexed, bhsd, parts, tmp_path):
    patients, _, _ = parts.ids(SEED)
    listed = tmp_path / "patients.txt"
    listed.write_text(f"{patients[0]}\n\n{patients[3]}\n")
    by_list, by_copy = (list_sources(Rsna2019Spec(root=indexed, exclude=(place,))) for place in (listed, bhsd))
    assert by_list == by_copy
    assert len(by_list) == 5


@pytest.mark.parametrize(("text", "code"), [("", "no-exclusion"), ("ID_12345678\nJane Roe\n", "patient-list")])
def test_a_list_that_excludes_nobody_or_no_patient_is_refused(indexed, tmp_path, text, code):
    listed = tmp_path / "patients.txt"
    listed.write_text(text)
    with pytest.raises(TableError, match=code):
        list_sources(Rsna2019Spec(root=indexed, exclude=(listed,)))
    with pytest.raises(TableError, match="no-exclusion"):
        list_sources(Rsna2019Spec(root=indexed, exclude=(tmp_path / "nowhere",)))


@pytest.fixture(scope="session")
def sound(indexed):
    """What is told of the miniature without a fault."""
    return {(finding.scan, finding.fault.code) for finding in check_data(Rsna2019Spec(root=indexed))}


def test_a_sound_copy_is_told_of_its_oddities_only(indexed, sound):
    codes = {code for _, code in sound}
    assert {"image-count", "label-repeated", "several-studies", "same-patient", "truncated"} <= codes
    assert {code for code in codes if code.startswith(("label", "image", "no-"))} == {"image-count", "label-repeated"}
    (note,) = [found for found in check(Rsna2019Spec(root=indexed)) if found.fault.code == "label-repeated"]
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


def test_contradicting_rows_cost_their_scan_and_no_other(root, parts):
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
def with_a_copy(root, parts, copy_dicom):
    """Copy one healthy image and label the copy, perhaps it alone; returns the spec and whatever is read."""
    lines = (root / "stage_2_train.csv").read_text().splitlines()

    def made(copied, *, alone=False):
        known = dict(line.split(",") for line in lines[1:])
        image = next(name[:12] for name, value in sorted(known.items()) if name.endswith("_any") and value == "0")
        copy_dicom(root / "stage_2_train" / f"{image}.dcm", "ID_fffffffff.dcm", "ID_fffffffff")
        rows = [line for line in lines if not (alone and line.startswith(image))]
        rows += [f"ID_fffffffff_{kind},{copied.get(kind, 0)}" for kind in (*parts.KINDS, "any")]
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

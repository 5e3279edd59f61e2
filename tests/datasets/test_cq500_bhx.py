import csv
import shutil

import numpy as np
import pytest

from bleedmap.config.dicom_datasets import Cq500BhxSpec
from bleedmap.constants import SUBTYPES
from bleedmap.datasets.check import check_data
from bleedmap.datasets.cq500_bhx.boxes import place_box
from bleedmap.datasets.cq500_bhx.frames import Frame, parse_frame
from bleedmap.datasets.cq500_bhx.layout import chosen_series, is_plain, is_thin
from bleedmap.datasets.cq500_bhx.listing import list_sources
from bleedmap.datasets.cq500_bhx.majority import finding_labels
from bleedmap.datasets.cq500_bhx.reading import read
from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.dicom.slice import SlicePlace
from bleedmap.volumes.geometry import Geometry
from tests.heads import made_head

SEED = 0


@pytest.fixture(scope="session")
def parts(miniature_parts):
    return miniature_parts("cq500_bhx")


@pytest.fixture
def folder(miniature, tmp_path):
    return shutil.copytree(miniature("cq500_bhx"), tmp_path / "both")


def spec_of(folder, **settings):
    return Cq500BhxSpec(root=folder / "cq500", **{"boxes": folder / "bhx", **settings})


def read_all(folder, **settings):
    spec = spec_of(folder, **settings)
    found = [part for source in list_sources(spec) for part in read(spec, source)]
    return {scan.id: scan for scan in found if not isinstance(scan, ScanError)}


def study(folder, number):
    return folder / "cq500" / f"CQ500CT{number} CQ500CT{number}" / "Unknown Study"


@pytest.fixture
def edit_boxes(folder, parts):
    """Change the rows of the second BHX table."""

    def edit(change):
        file = folder / "bhx" / "2_Extrapolation_to_All_Series.csv"
        with file.open(newline="") as opened:
            rows = [row[1:] for row in csv.reader(opened)][1:]
        parts.write_boxes(file, change(rows))

    return edit


@pytest.fixture
def edit_votes(folder):
    """Set cells of a scan in reads.csv, or take its row out."""

    def edit(name, cells=None):
        file = folder / "cq500" / "reads.csv"
        with file.open(newline="") as opened:
            rows = list(csv.DictReader(opened))
        changed = [row if row["name"] != name else {**row, **(cells or {})} for row in rows]
        with file.open("w", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]))
            writer.writeheader()
            writer.writerows(row for row in changed if cells is not None or row["name"] != name)

    return edit


def votes(finding, *given):
    return {f"R{reader}:{finding}": str(vote) for reader, vote in enumerate(given, 1)}


def drawn(head):
    """(slices, 5) truth of the subtypes of a head."""
    return np.stack([(head.truth == value).any(axis=(1, 2)) for value in range(1, 6)], axis=1)


@pytest.mark.parametrize("number", [0, 1])
def test_boxes_lie_around_the_bleeds_also_where_the_file_is_rotated(folder, parts, number):
    scan, head = read_all(folder)[f"CQ500-CT-{number}"], made_head(parts.cohort(SEED), number)
    np.testing.assert_array_equal(scan.volume.hu, head.hu)
    framed = {(box.slice, box.subtype): box for box in scan.boxes}
    bleeds = {(place, SUBTYPES[value - 1]) for place, value in zip(*np.nonzero(_values(head)), strict=True)}
    assert set(framed) == bleeds != set()
    for (place, subtype), box in framed.items():
        rows, columns = np.nonzero(head.truth[place] == 1 + SUBTYPES.index(subtype))
        np.testing.assert_allclose([box.top, box.top + box.height], [rows.min(), rows.max() + 1], atol=1e-6)
        np.testing.assert_allclose([box.left, box.left + box.width], [columns.min(), columns.max() + 1], atol=1e-6)


def _values(head):
    """(slices, 6) whether a slice has a truth value."""
    return np.pad(drawn(head), ((0, 0), (1, 0)))


def test_labels_come_from_the_majority_and_the_boxes(folder, parts):
    scans = read_all(folder)
    assert list(scans) == [f"CQ500-CT-{number}" for number in range(8)]
    bleeds = []
    for number in (0, 1, 2):
        scan, head = scans[f"CQ500-CT-{number}"], made_head(parts.cohort(SEED), number)
        assert scan.subject == scan.id
        np.testing.assert_array_equal(scan.subtypes, drawn(head))
        np.testing.assert_array_equal(scan.labels, drawn(head).any(axis=1))
        bleeds.append(scan.scan_label)
        assert scan.scan_label == int(drawn(head).any())
    assert sum(scan.scan_label for scan in scans.values()) == 6


def test_without_boxes_a_bleeding_scan_has_unknown_slices_and_a_healthy_one_known(folder):
    for scan in read_all(folder, boxes=None).values():
        assert (scan.labels == (-1 if scan.scan_label else 0)).all()
        assert scan.boxes == ()


def test_all_series_are_read_on_demand_and_those_without_boxes_have_unknown_slices(folder):
    scans = read_all(folder, series="all")
    assert len(scans) == 16
    bone = scans["CQ500-CT-0-CT_BONE"]
    assert bone.subject == "CQ500-CT-0"
    assert bone.scan_label == 1
    assert (bone.labels == -1).all()
    assert (scans["CQ500-CT-0-CT_PLAIN_THIN"].labels == 1).any()


def test_chronic_boxes_leave_slices_unlabelled_or_count_as_subdural(folder, edit_boxes):
    uids = read_all(folder)["CQ500-CT-0"].volume.slice_keys
    edit_boxes(lambda rows: [[*row[:4], "Chronic", *row[5:]] if row[0] in uids[:7] else row for row in rows])
    plain, ignored = (read_all(folder, boxes_table=table)["CQ500-CT-0"] for table in (1, 2))
    counted = read_all(folder, chronic="sdh")["CQ500-CT-0"]
    chronic = np.array([label == 1 and place < 7 for place, label in enumerate(plain.labels)])
    assert chronic.any()
    assert (ignored.labels[chronic] == -1).all()
    assert {box.slice for box in ignored.boxes} == set(np.flatnonzero((plain.labels == 1) & ~chronic))
    assert {box.subtype for box in counted.boxes if chronic[box.slice]} == {"sdh"}
    np.testing.assert_array_equal(counted.labels, plain.labels)


def test_boxes_against_the_majority_make_a_scan_unknown(folder, edit_votes):
    edit_votes(
        "CQ500-CT-0",
        {f"R{reader}:{name}": "0" for reader in (1, 2) for name in ("ICH", "IPH", "IVH", "SAH", "SDH", "EDH")},
    )
    scan = read_all(folder)["CQ500-CT-0"]
    assert scan.scan_label == -1
    assert (scan.labels == -1).all()
    assert (scan.subtypes == -1).all()


def test_a_minority_vote_does_not_count(folder, edit_votes):
    healthy = next(name for name, scan in read_all(folder).items() if scan.scan_label == 0)
    edit_votes(healthy, votes("ICH", 0, 1, 0) | votes("SDH", 0, 1, 0))
    assert (read_all(folder)[healthy].labels == 0).all()
    edit_votes(healthy, votes("ICH", 1, 0, ""))
    assert (read_all(folder)[healthy].labels == -1).all()


@pytest.mark.parametrize(
    ("said", "boxed", "doubtful", "labels"),
    [
        (1, [0, 1, 1], [0, 0, 0], [0, 1, 1]),
        (1, [0, 1, 0], [1, 1, 0], [-1, 1, 0]),
        (1, [0, 0, 0], [0, 0, 0], [-1, -1, -1]),
        (0, [0, 0, 0], [0, 0, 0], [0, 0, 0]),
        (0, [0, 0, 0], [0, 0, 1], [0, 0, -1]),
        (0, [0, 1, 0], [0, 0, 0], [-1, -1, -1]),
        (-1, [0, 1, 0], [0, 0, 0], [-1, 1, -1]),
    ],
)
def test_slices_are_labelled_only_as_far_as_votes_and_boxes_agree(said, boxed, doubtful, labels):
    assert finding_labels(said, np.array(boxed, bool), np.array(doubtful, bool)).tolist() == labels


@pytest.mark.parametrize(
    ("names", "thick", "thin"),
    [
        (["CT Plain", "CT PLAIN THIN", "CT BONE"], "CT Plain", "CT PLAIN THIN"),
        (["CT 0.625mm", "CT 5mm"], "CT 5mm", "CT 0.625mm"),
        (["CT 0.625mm", "CT 4cc sec 150cc D3D on"], "CT 0.625mm", "CT 0.625mm"),
        (["CT 5mm-2", "CT 5mm"], "CT 5mm", "CT 5mm"),
        (["CT POST CONTRAST", "CT PRE CONTRAST 5MM STD", "CT PRE CONTRAST THIN"], "CT PRE CONTRAST 5MM STD",
         "CT PRE CONTRAST THIN"),
        (["CT 4cc sec 150cc D3D on", "CT Thin Bone"], None, None),
    ],
)  # fmt: skip
def test_the_plain_series_of_the_wanted_thickness_is_chosen_by_name(tmp_path, names, thick, thin):
    folders = [tmp_path / name for name in names]
    for wanted, name in (("thick", thick), ("thin", thin)):
        for order in (folders, folders[::-1]):
            assert [folder.name for folder in chosen_series(order, wanted)] == ([name] if name else [])


def test_names_of_series_tell_kernel_and_thickness():
    assert [is_plain(name) for name in ("CT Plain", "CT Contrast", "CT PRE CONTRAST", "CT Thin Bone")] == [1, 0, 1, 0]
    assert [is_thin(name) for name in ("CT 0.625mm", "CT 2.55mm", "CT Thin Plain", "CT 5mm Stnd")] == [1, 0, 1, 0]


@pytest.mark.parametrize(
    "text",
    ["", "{}", "{'x': 1, 'y': 2, 'width': 3}", "{'x': 1, 'y': 2, 'width': 0, 'height': 3}", "[1, 2, 3, 4]", "(" * 250,
     "{'x': 1, 'y': 2, 'width': 3, 'height': 'a'}", "{'x': 1e999, 'y': 2, 'width': 3, 'height': 4}",
     "__import__('os').getcwd()", "{[]: 1}", "9" * 10_000],
)  # fmt: skip
def test_text_that_is_no_frame_is_none(text):
    assert parse_frame(text) is None


def test_a_frame_is_read_from_single_quotes():
    assert parse_frame("{'x': 1.5, 'y': 2, 'width': 3, 'height': 4}") == (1.5, 2, 3, 4)


def test_a_box_is_cut_to_its_picture_and_one_outside_is_dropped():
    volume = CtVolume(
        np.zeros((1, 8, 6), np.int16), Geometry(np.zeros((1, 3)), np.array([0, 2.0, 0]), np.array([1.0, 0, 0]))
    )
    place = SlicePlace(np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), np.array([2.0, 1.0]))
    box = place_box(Frame(4, -1, 5, 3, "sdh"), place, volume, 0)
    assert (box.top, box.left, box.height, box.width) == (0, 4, 2, 2)
    assert place_box(Frame(6, 0, 3, 3, "sdh"), place, volume, 0) is None


@pytest.fixture(scope="session")
def sound(miniature):
    """What is told of the miniature without a fault."""
    return {(finding.scan, finding.fault.code) for finding in check_data(spec_of(miniature("cq500_bhx")))}


def test_a_sound_copy_is_told_of_the_series_that_are_not_read_only(sound):
    assert sound == {("", "count"), *((f"CQ500-CT-{number}", "other-series") for number in range(8))}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (None, "no-label"),
        (votes("ICH", 1, 1, "maybe"), "label-value"),
        (votes("ICH", 1, 1, ""), "vote-missing"),
        (votes("ICH", 0, 0, 1), "vote-contradiction"),
        (votes("ICH", 0, 0, 0) | {f"R{r}:{s.upper()}": "0" for r in (1, 2, 3) for s in SUBTYPES}, "label-box"),
    ],
)
def test_a_planted_fault_in_the_votes_is_told(folder, sound, codes_found, edit_votes, cells, code):
    edit_votes("CQ500-CT-0", cells)
    assert ("CQ500-CT-0", code) in codes_found(spec_of(folder)) - sound


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (3, "{'x': 1, 'y': 2", "box-data"),
        (3, "{'x': 60, 'y': 2, 'width': 30, 'height': 3}", "box-outside"),
        (4, "Contusion", "box-label"),
        (0, "1.2.3", "box-image"),
    ],
)
def test_a_planted_fault_in_the_boxes_is_told(folder, sound, codes_found, edit_boxes, place, value, code):
    edit_boxes(lambda rows: [[*rows[0][:place], value, *rows[0][place + 1 :]], *rows[1:]])
    assert ("", code) in codes_found(spec_of(folder)) - sound


def remove_study(folder):
    shutil.rmtree(study(folder, 2).parent)


def rename_study(folder):
    study(folder, 2).parent.rename(folder / "cq500" / "CQ500CT2")


def empty_series(folder):
    for file in (study(folder, 2) / "CT 5mm").iterdir():
        file.unlink()


def damage_an_image(folder):
    (study(folder, 2) / "CT 5mm" / "CT000003.dcm").write_bytes(b"not DICOM")


def contradict_a_row(folder):
    file = folder / "cq500" / "reads.csv"
    header, first, *rows = file.read_text().splitlines()
    name, category, cells = first.split(",", 2)
    another = ",".join([name, category, cells.replace("1", "0")])
    file.write_text("\n".join([header, first, another, *rows]) + "\n")


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        (remove_study, "label-scan"),
        (rename_study, "stray-folder"),
        (empty_series, "no-images"),
        (damage_an_image, "not-dicom"),
        (contradict_a_row, "label-contradiction"),
    ],
)
def test_a_planted_fault_in_the_folders_or_tables_is_told(folder, codes_found, plant, code):
    spec = spec_of(folder)
    plant(folder)
    assert code in {found for _, found in codes_found(spec)}


def test_a_study_without_a_plain_series_is_refused_unless_all_are_wanted(folder):
    shutil.rmtree(study(folder, 2) / "CT 5mm")
    (refused,) = [source for source in list_sources(spec_of(folder)) if source.id == "CQ500-CT-2"]
    with pytest.raises(ScanError, match="other-series"):
        read(spec_of(folder), refused)
    assert "CQ500-CT-2-CT_BONE" in read_all(folder, series="all")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda folder: (folder / "cq500" / "reads.csv").unlink(), "no-table"),
        (lambda folder: (folder / "cq500" / "reads.csv").write_text("name,R1:ICH\n"), "missing-column"),
        (lambda folder: (folder / "bhx" / "2_Extrapolation_to_All_Series.csv").unlink(), "no-table"),
        (lambda folder: [shutil.rmtree(study(folder, number).parent) for number in range(8)], "empty-folder"),
    ],
)
def test_a_data_set_without_its_tables_or_studies_is_refused(folder, spoil, code):
    spoil(folder)
    with pytest.raises(TableError, match=code):
        list_sources(spec_of(folder))


def test_a_stamp_follows_the_votes_of_its_own_scan(folder, edit_votes):
    before = {source.id: source.stamp for source in list_sources(spec_of(folder))}
    edit_votes("CQ500-CT-3", votes("ICH", 0, 0, 0))
    after = {source.id: source.stamp for source in list_sources(spec_of(folder))}
    assert {name for name in before if before[name] != after[name]} == {"CQ500-CT-3"}


def test_a_box_on_a_copy_is_one_on_its_slice(folder, edit_boxes, copy_dicom):
    before = {name: (scan.boxes, scan.labels.tolist()) for name, scan in read_all(folder).items()}
    assert any(boxes for boxes, _ in before.values())
    # every file gets a copy, and the boxes name the copy of each slice in place of the slice itself
    files = enumerate(sorted((folder / "cq500").rglob("*.dcm")))
    renamed = {copy_dicom(file, f"zz{n}.dcm", f"9.9.9.9.{n}"): f"9.9.9.9.{n}" for n, file in files}
    edit_boxes(lambda rows: [[renamed.get(cell, cell) for cell in row] for row in rows])
    assert {name: (scan.boxes, scan.labels.tolist()) for name, scan in read_all(folder).items()} == before

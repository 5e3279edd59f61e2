import shutil
from functools import partial

import numpy as np
import pytest
from PIL import Image

from bleedmap.config.datasets import HeadCtPngSpec
from bleedmap.datasets.head_ct_png.listing import list_sources
from bleedmap.datasets.head_ct_png.reading import read
from bleedmap.datasets.ingest import ingest
from bleedmap.errors import TableError

NAMES = [f"{number:03d}" for number in range(24)]


@pytest.fixture
def root(miniature, tmp_path):
    return shutil.copytree(miniature("head_ct_png"), tmp_path / "set")


def pictures(root):
    return root / "head_ct" / "head_ct"


def read_all(root, **settings):
    spec = HeadCtPngSpec(root=root, **settings)
    return {scan.id: scan for source in list_sources(spec) for scan in read(spec, source)}


def everything(root):
    return HeadCtPngSpec(root=root, groups="groups.csv", masks="masks", window=(40, 80))


def rows(root):
    _, *lines = (root / "labels.csv").read_text().splitlines()
    return dict(line.split(",") for line in lines)


def write_rows(root, labels, header="id, hemorrhage"):
    (root / "labels.csv").write_text("\n".join([header, *(f"{name},{label}" for name, label in labels)]) + "\n")


def test_labels_are_those_of_the_table_whatever_its_order(root):
    labels = {f"{int(name):03d}": int(label) for name, label in rows(root).items()}
    assert sorted(labels) == NAMES
    assert {scan.id: scan.labels.tolist() for scan in read_all(root).values()} == {n: [v] for n, v in labels.items()}
    write_rows(root, sorted(rows(root).items(), key=lambda row: row[0][::-1]))
    assert {scan.id: int(scan.labels[0]) for scan in read_all(root).values()} == labels


def test_ids_may_be_written_with_or_without_zeros(root):
    before = read_all(root)
    write_rows(root, [(name.zfill(3), label) for name, label in rows(root).items()])
    assert {name: int(scan.labels[0]) for name, scan in read_all(root).items()} == {
        name: int(scan.labels[0]) for name, scan in before.items()
    }


def test_grey_colour_and_transparent_pictures_of_all_sizes_become_hu_of_the_brain_window(root):
    scans = read_all(root, window=(40, 80))
    modes = set()
    for name in NAMES:
        with Image.open(pictures(root) / f"{name}.png") as picture:
            modes.add(picture.mode)
            grey = np.asarray(picture.convert("L"), dtype=float)
        np.testing.assert_allclose(scans[name].volume.hu[0], grey / 255 * 80, atol=0.51)
    assert modes == {"L", "RGB", "RGBA"}
    assert len({scan.volume.hu.shape for scan in scans.values()}) == 3


def test_every_slice_is_its_own_subject_unless_grouped(root):
    assert [scan.subject for scan in read_all(root).values()] == NAMES
    subjects = [scan.subject for scan in read_all(root, groups="groups.csv").values()]
    assert {subjects.count(subject) for subject in subjects} == {4}


def test_masks_drawn_by_others_are_the_truth(root):
    scans = read_all(root, masks="masks")
    for name, scan in scans.items():
        assert scan.truth.any() == (scan.labels[0] == 1)
        if scan.truth.any():
            with Image.open(root / "masks" / f"{name}.png") as mask:
                np.testing.assert_array_equal(scan.truth[0] * 255, np.asarray(mask))
    assert {scan.truth is None for name, scan in read_all(root).items() if scan.labels[0] == 1} == {True}


def test_the_layout_is_found_however_it_was_unpacked(root):
    before = [source.stamp for source in list_sources(HeadCtPngSpec(root=root))]

    def stamps(place):
        return [source.stamp for source in list_sources(HeadCtPngSpec(root=place))]

    assert stamps(root / "head_ct") == before
    assert stamps(root / "head_ct" / "head_ct") == before
    pictures(root).rename(root / "pictures")
    (root / "head_ct").rmdir()
    (root / "pictures").rename(root / "head_ct")
    assert stamps(root) == stamps(root / "head_ct") == before
    for picture in (root / "head_ct").iterdir():
        picture.rename(root / picture.name)
    assert stamps(root) == before


def test_a_sound_copy_has_no_fault(root, codes_found):
    assert codes_found(HeadCtPngSpec(root=root, window=(40, 80))) == set()
    assert {code for _, code in codes_found(everything(root))} == {"same-patient"}


def change_rows(change):
    def plant(root):
        labels = list(rows(root).items())
        write_rows(root, change(labels))

    return plant


def break_picture(root):
    path = pictures(root) / "005.png"
    path.write_bytes(path.read_bytes()[:60])


def mask(name, size):
    return lambda root: Image.new("L", size, 255).save(root / "masks" / f"{name}.png")


def swap_masks(root):
    """Two pictures of one size, one bleeding, exchange their masks."""
    scans = read_all(root, window=(40, 80))
    one = next(name for name, scan in scans.items() if scan.labels[0] == 1)
    shape = scans[one].volume.hu.shape
    other = next(name for name, scan in scans.items() if scan.labels[0] == 0 and scan.volume.hu.shape == shape)
    (root / "masks" / f"{one}.png").rename(root / "masks" / f"{other}.png")


def edit_groups(change):
    def plant(root):
        header, *lines = (root / "groups.csv").read_text().splitlines()
        (root / "groups.csv").write_text("\n".join([header, *change(lines)]) + "\n")

    return plant


def flipped(labels):
    return [*labels, (labels[0][0], str(1 - int(labels[0][1])))]


FAULTS = {
    "row gone": (change_rows(lambda labels: labels[1:]), {"no-label"}),
    "picture gone": (lambda root: (pictures(root) / "005.png").unlink(), {"label-slice"}),
    "row twice": (change_rows(lambda labels: [labels[0], *labels]), {"repeated-row"}),
    "row twice, with zeros": (
        change_rows(lambda labels: [(labels[0][0].zfill(3), labels[0][1]), *labels]),
        {"repeated-row"},
    ),
    "rows that differ": (change_rows(flipped), {"contradicting-rows"}),
    "label of no kind": (change_rows(lambda labels: [("0", "yes"), *labels[1:]]), {"label-value"}),
    "picture damaged": (break_picture, {"not-a-picture"}),
    "same picture twice": (
        lambda root: shutil.copy(pictures(root) / "005.png", pictures(root) / "006.png"),
        {"same-voxels"},
    ),
    "stray file": (lambda root: (pictures(root) / "006.txt").touch(), {"unexpected-file"}),
    "mask of another size": (mask("005", (9, 9)), {"mask-grid"}),
    "mask against label": (swap_masks, {"label-mask"}),
    "mask of no slice": (mask("999", (80, 80)), {"no-scan"}),
    "group gone": (edit_groups(lambda lines: lines[1:]), {"no-group"}),
    "group of no slice": (edit_groups(lambda lines: [*lines, "777,s0"]), {"no-scan"}),
    "groups that differ": (edit_groups(lambda lines: [*lines, "3,elsewhere"]), {"contradicting-rows"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(root, codes_found, fault):
    plant, expected = FAULTS[fault]
    plant(root)
    found = {code for _, code in codes_found(everything(root))} - {"same-patient"}
    assert expected <= found
    assert len(found) <= 2


@pytest.mark.parametrize(("gone", "code"), [("labels.csv", "no-table"), ("head_ct", "empty-folder"), ("", "no-folder")])
def test_a_copy_that_cannot_be_listed_is_one_sentence(root, codes_found, gone, code):
    target = root / gone
    target.unlink() if target.is_file() else shutil.rmtree(target)
    with pytest.raises(TableError) as caught:
        list_sources(HeadCtPngSpec(root=root))
    assert caught.value.code == code
    assert str(root) not in str(caught.value)
    assert codes_found(HeadCtPngSpec(root=root)) == {("", code)}


@pytest.mark.real
def test_the_real_pictures_are_read_with_their_groups_and_masks(real_data, tmp_path):
    spec = HeadCtPngSpec(root=real_data / "head_ct", groups="groups.csv", masks="masks")
    sources = list_sources(spec)
    assert len(sources) == 140
    result = ingest(sources[::7], partial(read, spec), tmp_path / "a.zip")
    assert result.rejected == []
    assert {scan["positive_slices"] for scan in result.scans} == {0, 1}
    assert any(scan["truth"] for scan in result.scans)

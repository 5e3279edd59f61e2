import numpy as np
import pytest

from bleedmap.faithfulness.bleeds import bleeds_on_grid
from bleedmap.provenance.archive import write_archive
from bleedmap.slices.store import ScanEntry, SliceStore, add_rows, slice_attributes, write_store
from bleedmap.volumes.ct_volume import Box, CtVolume, Scan
from bleedmap.volumes.scan_archive import add_scan
from tests.scoring.conftest import geometry

SIZE = 16
# the grid begins two rows and four columns into the scan, and each of its pixels is two of the scan's wide and high
GRID = {"top": 2, "left": 4, "height": 32, "width": 32}


@pytest.fixture
def files(tmp_path):
    """A function that writes the store and the archive of one scan of three slices, the first of which is drawn."""

    def write(boxes=(), *, drawn_subtypes=True):
        rows = [["s", "p", n, 1, 1, 0, 0, 0, 0, n == 0] for n in range(3)]
        entry = ScanEntry(GRID, np.zeros(6, dtype=np.int8), drawn_subtypes, "hu", None)
        with write_store(tmp_path / "store", slice_attributes(rows, SIZE, {"s": entry})) as group:
            truth = np.zeros((3, SIZE, SIZE), dtype=np.uint8)
            truth[0, 2:4, 2:4], truth[0, 8:9, 8:9] = 1, 4
            add_rows(group, "truth", 3, SIZE, "uint8")[:] = truth
        volume = CtVolume(np.zeros((3, 40, 40), np.int16), geometry(3))
        with write_archive(tmp_path / "archive") as archive:
            add_scan(archive, Scan("s", "p", volume, np.ones(3, np.int8), boxes=tuple(boxes)))
        return tmp_path / "store", tmp_path / "archive"

    return write


def found(files, class_name):
    store, archive = files
    with SliceStore(store) as opened:
        return bleeds_on_grid(opened, archive, np.arange(3), class_name)


def test_drawn_slices_have_their_truth_and_nobody_knows_about_the_others(files):
    bleeds, known = found(files(), "any")
    assert known.tolist() == [True, False, False]
    assert bleeds.sum(axis=(1, 2)).tolist() == [5, 0, 0]
    bleeds, _ = found(files(), "sdh")
    assert np.argwhere(bleeds).tolist() == [[0, 8, 8]]


def test_truth_without_subtypes_says_nothing_about_one(files):
    _, known = found(files(drawn_subtypes=False), "sdh")
    assert not known.any()
    _, known = found(files(drawn_subtypes=False), "any")
    assert known.tolist() == [True, False, False]


def test_on_slices_without_truth_a_box_is_every_pixel_whose_middle_lies_in_it(files):
    # rows 4 to 8 and columns 10 to 12 of the scan: rows 1 to 2 and column 3 of the grid
    bleeds, known = found(files([Box(1, 4.0, 10.0, 4.0, 2.0, "iph")]), "any")
    assert known.all()
    assert np.argwhere(bleeds[1:]).tolist() == [[0, 1, 3], [0, 2, 3]]
    assert bleeds[0].sum() == 5


def test_a_subtype_has_its_own_boxes_and_none_where_no_box_names_any(files):
    both = [Box(1, 4.0, 10.0, 4.0, 2.0, "iph"), Box(2, 4.0, 10.0, 4.0, 2.0, "sdh")]
    bleeds, known = found(files(both), "iph")
    assert known.all()
    assert bleeds.sum(axis=(1, 2)).tolist() == [4, 2, 0]
    _, known = found(files([Box(1, 4.0, 10.0, 4.0, 2.0, "any")]), "iph")
    assert known.tolist() == [True, False, False]

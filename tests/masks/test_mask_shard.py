import numpy as np
import pytest

from bleedmap.classifiers.operating_point import OperatingPoint
from bleedmap.config.masks import HuThresholdSpec, ThresholdSpec, TruthSpec
from bleedmap.masks import build_masks
from bleedmap.masks.mask_shard import MapInputs, mask_shard
from bleedmap.slices.store import SliceStore, Store, add_rows, write_store


@pytest.fixture
def maps(slice_store, tmp_path):
    """Maps that are one everywhere."""
    with SliceStore(slice_store) as store, write_store(tmp_path / "maps", {}) as group:
        add_rows(group, "maps", len(store.table), store.size, "float16")[:] = 1
    return tmp_path / "maps"


def inputs(maps, classifier, tmp_path, rows):
    """Inputs with slice scores given as (scan, slice, label, role, score) and 0.5 as operating point."""
    lines = ["scan,subject,slice,label,role,score"]
    lines += [f"{scan},p,{number},{label},{role},{score}" for scan, number, label, role, score in rows]
    (tmp_path / "scores.csv").write_text("\n".join(lines) + "\n")
    OperatingPoint(threshold=0.5, auroc=1, slices=1).write(tmp_path / "point.json")
    return MapInputs.read(maps, classifier, tmp_path / "point.json", tmp_path / "scores.csv")


def make(spec, slice_store, given, out):
    mask_shard(build_masks(spec), spec, slice_store, given, out)
    with Store(out) as store:
        return store.rows("labels", slice(None)), store.attributes["known"]


@pytest.mark.parametrize(
    ("label", "role", "score", "chosen"),
    [
        (1, "train", 0.1, True),  # a label that training may use decides
        (0, "train", 0.9, False),
        (1, "validation", 0.1, True),
        (0, "validation", 0.9, False),
        (1, "test", 0.1, False),  # a label of a test slice is never looked at
        (0, "test", 0.9, True),
        (0, "test", 0.5, True),
        (-1, "train", 0.9, True),  # nothing known: the classifier decides
        (-1, "train", 0.1, False),
        (-1, "test", 0.9, True),
    ],
)
def test_which_slices_may_hold_a_bleed(maps, classifier, tmp_path, label, role, score, chosen):
    given = inputs(maps, classifier, tmp_path, [("s0", 2, label, role, score)])
    assert given.positive == ({("s0", 2)} if chosen else frozenset())


def test_only_chosen_slices_get_a_mask(slice_store, maps, classifier, tmp_path):
    given = inputs(maps, classifier, tmp_path, [("s1", 2, 1, "train", 0), ("s3", 0, -1, "test", 1)])
    masks, known = make(ThresholdSpec(), slice_store, given, tmp_path / "masks")
    with SliceStore(slice_store) as store:
        brain = store.rows("brain", slice(None))
    expected = np.zeros_like(brain)
    for row in (1 * 4 + 2, 3 * 4 + 0):
        expected[row] = brain[row]
    np.testing.assert_array_equal(masks, expected)
    assert known == [True] * 24


def test_truth_is_taken_over_with_what_is_drawn(slice_store, tmp_path):
    masks, known = make(TruthSpec(), slice_store, None, tmp_path / "masks")
    with SliceStore(slice_store) as store:
        np.testing.assert_array_equal(masks, store.rows("truth", slice(None)))
        assert known == store.table["has_truth"].tolist()


def test_truth_of_slices_that_nobody_drew_is_unknown(tmp_path):
    rows = [["s", "p", 0, 1, True], ["s", "p", 1, 1, False]]
    with write_store(tmp_path / "slices", {"rows": rows, "size": 32, "boxes": {}}) as group:
        for name, dtype in (("hu", "int16"), ("brain", "uint8"), ("truth", "uint8")):
            add_rows(group, name, 2, 32, dtype)
    assert make(TruthSpec(), tmp_path / "slices", None, tmp_path / "truth")[1] == [True, False]
    assert make(HuThresholdSpec(), tmp_path / "slices", None, tmp_path / "hu")[1] == [True, True]


def test_fresh_blood_is_found_by_its_hu(slice_store, tmp_path):
    masks, _ = make(HuThresholdSpec(), slice_store, None, tmp_path / "masks")
    with SliceStore(slice_store) as store:
        np.testing.assert_array_equal(masks, store.rows("truth", slice(None)))

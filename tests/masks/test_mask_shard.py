import numpy as np
import pytest

from bleedmap.config.masks import HuThresholdSpec, KMeansDifferentialSpec, ThresholdSpec, TruthSpec
from bleedmap.masks.mask_shard import mask_shard
from bleedmap.slices.store import ScanEntry, SliceStore, Store, add_rows, slice_attributes, write_store
from bleedmap.splits.roles import read_roles


@pytest.fixture
def roles(split):
    return read_roles(split, 0)


def make(spec, slices, given, roles, out):
    notes = mask_shard(spec, slices, given, roles, out)
    with Store(out) as store:
        return store.rows("labels", slice(None)), store.attributes, notes


def test_only_called_slices_get_a_mask(slice_store, inputs, roles, tmp_path):
    labels, attributes, notes = make(ThresholdSpec(), slice_store, inputs, roles, tmp_path / "masks")
    with SliceStore(slice_store) as store:
        brain, numbers = store.rows("brain", slice(None)), store.table["slice"].to_numpy()
    # of s5, whose subject trains, the labels say that it does not bleed
    expected = brain * (np.isin(numbers, [1, 2]) & (np.arange(24) < 20))[:, None, None]
    np.testing.assert_array_equal(labels, expected)
    assert attributes == {"classes": ["any"], "resolved": ThresholdSpec().resolutions()}
    assert notes.columns.tolist() == ["scan", "slice"]
    assert notes.empty


def test_without_a_gate_every_slice_of_a_test_subject_gets_a_mask_and_healthy_training_slices_none(
    slice_store, inputs, roles, tmp_path
):
    labels, _, _ = make(ThresholdSpec(gated=False), slice_store, inputs, roles, tmp_path / "masks")
    with SliceStore(slice_store) as store:
        brain = store.rows("brain", slice(None)).astype(bool)
        is_tested = (roles.of(store.table["subject"]) == "test") & (np.arange(24) < 20)
        healthy = (store.table["any"] == 0).to_numpy() & (roles.of(store.table["subject"]) != "test")
    assert is_tested.any()
    assert healthy.any()
    np.testing.assert_array_equal(labels[is_tested] > 0, brain[is_tested])
    assert not labels[healthy].any()


def test_notes_name_their_scan_and_slice(slice_store, inputs, roles, tmp_path):
    _, _, notes = make(KMeansDifferentialSpec(clusters=2), slice_store, inputs, roles, tmp_path / "masks")
    places = notes[["scan", "slice"]].drop_duplicates()
    assert list(places.itertuples(index=False, name=None)) == [(f"s{n}", s) for n in range(5) for s in (1, 2)]


def test_truth_is_taken_over_with_its_subtypes_but_that_of_test_subjects_is_unknown(slice_store, roles, tmp_path):
    labels, attributes, _ = make(TruthSpec(), slice_store, None, roles, tmp_path / "masks")
    with SliceStore(slice_store) as store:
        truth, is_tested = store.rows("truth", slice(None)), store.table["subject"].isin(["p0", "p1"]).to_numpy()
    np.testing.assert_array_equal(labels[~is_tested], truth[~is_tested])
    assert (labels[is_tested] == 255).all()
    assert attributes["classes"] == ["any", "iph", "ivh", "sah", "sdh", "edh"]


@pytest.mark.parametrize(("told", "classes"), [(True, 6), (False, 1)])
def test_truth_of_slices_that_nobody_drew_is_unknown(roles, tmp_path, told, classes):
    rows = [["s", "p4", number, *[1] * 6, number == 0] for number in range(2)]
    box = {"top": 0, "left": 0, "height": 32, "width": 32}
    entries = {"s": ScanEntry(box, np.ones(6, dtype=np.int8), told, "hu", None)}
    with write_store(tmp_path / "slices", slice_attributes(rows, 32, entries)) as group:
        for name, dtype in (("hu", "int16"), ("brain", "uint8"), ("truth", "uint8")):
            add_rows(group, name, 2, 32, dtype)[:] = 1
    labels, attributes, _ = make(TruthSpec(), tmp_path / "slices", None, roles, tmp_path / "truth")
    assert [np.unique(one).tolist() for one in labels] == [[1], [255]]
    assert len(attributes["classes"]) == classes


def test_fresh_blood_is_found_by_its_hu(slice_store, roles, tmp_path):
    labels, attributes, _ = make(HuThresholdSpec(), slice_store, None, roles, tmp_path / "masks")
    with SliceStore(slice_store) as store:
        np.testing.assert_array_equal(labels, store.rows("truth", slice(None)) > 0)
    assert attributes["classes"] == ["any"]


def test_the_same_slices_give_the_same_bytes(slice_store, inputs, roles, tmp_path):
    for name in ("a", "b"):
        make(KMeansDifferentialSpec(clusters=2), slice_store, inputs, roles, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

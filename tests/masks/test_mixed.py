from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from bleedmap.config.masks import DenseCrfSpec, HuThresholdSpec, MixedSpec, ThresholdSpec, TruthSpec
from bleedmap.masks.mask_shard import mask_shard
from bleedmap.masks.mask_slices import Masks
from bleedmap.masks.mixed import drawn_subjects, with_drawn
from bleedmap.slices.store import SliceStore, Store, add_rows, slice_attributes, write_store
from bleedmap.splits.roles import Roles, read_roles
from tests.scenes import salient

SHARES = (0.0, 0.05, 0.2, 0.5, 1.0)


@pytest.fixture
def many():
    """Sixty who train, ten who validate and thirty who are tested."""
    return Roles({f"p{n:02d}": "train" if n < 60 else "validation" if n < 70 else "test" for n in range(100)})


def test_the_subjects_of_a_smaller_share_are_among_those_of_a_larger_one(many):
    chosen = [drawn_subjects(MixedSpec(drawn=share), many) for share in SHARES]
    assert [len(each) for each in chosen] == [0, 4, 14, 35, 70]
    assert all(smaller <= larger for smaller, larger in pairwise(chosen))


def test_nobody_who_is_tested_is_chosen_and_who_is_does_not_hang_on_the_order(many):
    everyone = drawn_subjects(MixedSpec(drawn=1), many)
    assert everyone == {name for name, role in many.by_subject.items() if role != "test"}
    turned = Roles(dict(reversed(many.by_subject.items())))
    for seed in range(3):
        spec = MixedSpec(drawn=0.2, seed=seed)
        assert drawn_subjects(spec, turned) == drawn_subjects(spec, many)
    assert len({drawn_subjects(MixedSpec(drawn=0.2, seed=seed), many) for seed in range(3)}) == 3


def test_slices_that_nobody_drew_keep_their_pseudo_masks():
    truth = np.stack([np.full((4, 4), value, dtype=np.uint8) for value in (3, 3, 0)])
    slices = salient(np.zeros((3, 4, 4)), np.zeros((3, 1, 4, 4)))
    slices = replace(slices, truth=truth, drawn=np.array([True, False, True]))
    made = with_drawn(Masks(np.full((3, 4, 4), 255, dtype=np.uint8)), slices)
    assert made.labels[:, 0, 0].tolist() == [1, 255, 0]
    assert made.seeds is None


def made(spec, store, inputs, roles, out):
    mask_shard(spec, store, inputs, roles, out)
    with Store(out) as masks:
        return masks.rows("labels", slice(None))


def test_no_drawn_mask_is_the_plain_method_and_all_are_the_truth(slice_store, inputs, split, tmp_path):
    roles = read_roles(split, 0)
    plain = made(ThresholdSpec(), slice_store, inputs, roles, tmp_path / "plain")
    truth = made(TruthSpec(), slice_store, None, roles, tmp_path / "truth")
    none = made(MixedSpec(drawn=0), slice_store, inputs, roles, tmp_path / "none")
    every = made(MixedSpec(drawn=1), slice_store, inputs, roles, tmp_path / "every")
    np.testing.assert_array_equal(none, plain)
    with SliceStore(slice_store) as store:
        is_seen = ~np.isin(roles.of(store.table["subject"]), ["test", ""])
        drawn = store.table["drawn"].to_numpy(dtype=bool) & is_seen
    assert drawn.any()
    np.testing.assert_array_equal(every[drawn], truth[drawn] > 0)
    np.testing.assert_array_equal(every[~drawn], plain[~drawn])
    assert not np.array_equal(every, plain)


def test_the_truth_of_test_subjects_changes_no_mask(slice_store, inputs, split, tmp_path):
    roles, spec = read_roles(split, 0), MixedSpec(drawn=1)
    before = made(spec, slice_store, inputs, roles, tmp_path / "before")
    with SliceStore(slice_store) as store:
        is_tested = np.isin(roles.of(store.table["subject"]), ["test", ""])
        rows = store.table.values.tolist()
        with write_store(tmp_path / "other", slice_attributes(rows, store.size, store.entries)) as group:
            for name in ("hu", "brain", "truth"):
                values = store.rows(name, slice(None))
                if name == "truth":
                    values[is_tested] = 1 - (values[is_tested] > 0)
                add_rows(group, name, len(values), store.size, str(values.dtype))[:] = values
    assert is_tested.any()
    after = made(spec, tmp_path / "other", inputs, roles, tmp_path / "after")
    np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("otherwise", [TruthSpec(), HuThresholdSpec(), MixedSpec()], ids=lambda spec: spec.method)
def test_the_others_get_masks_from_saliency(otherwise):
    with pytest.raises(ValidationError, match="from saliency"):
        MixedSpec(otherwise=otherwise)


def test_the_code_of_the_method_for_the_others_counts_as_its_own():
    assert "bleedmap.masks.dense_crf" in MixedSpec(otherwise=DenseCrfSpec()).modules()

import numpy as np
import pytest
import torch

from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.config.training import TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.slices.training_set import TrainingSet

SPEC = TrainingSpec(batch=5)


@pytest.fixture
def data(slice_store):
    with TrainingSet([slice_store]) as opened:
        yield opened


def roles_of(data, **scans):
    """Role of every row: ``train="s0 s1", validation="s2"``; the others are test."""
    of = {scan: role for role, names in scans.items() for scan in names.split()}
    return np.array([of.get(scan, "test") for scan in data.table["scan"]])


def test_an_epoch_shows_every_training_slice_once_and_no_other(data):
    batches = SliceBatches(data, roles_of(data, train="s0 s1 s5", validation="s2"), SPEC, seed=1)
    shown = list(batches.training(0))
    assert [len(hu) for hu, _ in shown] == [5, 5, 2]
    assert len(shown) == batches.steps()
    assert sum(int(targets.sum()) for _, targets in shown) == 4


def test_validation_slices_come_in_order_and_unchanged(data):
    batches = SliceBatches(data, roles_of(data, train="s0", validation="s2 s3"), SPEC, seed=1)
    shown = torch.cat([hu for hu, _ in batches.validation()]).numpy()
    np.testing.assert_array_equal(shown, data.hu(range(8, 16)))


def test_order_and_augmentation_follow_from_seed_and_epoch(data):
    def first(seed, epoch):
        batches = SliceBatches(data, roles_of(data, train="s0 s1", validation="s2"), SPEC, seed)
        return next(batches.training(epoch))[0]

    assert torch.equal(first(1, 2), first(1, 2))
    assert not torch.equal(first(1, 2), first(1, 3))
    assert not torch.equal(first(1, 2), first(2, 2))


def test_slices_without_a_label_are_left_out(data):
    data.table.loc[data.table["scan"] == "s0", "label"] = -1
    batches = SliceBatches(data, roles_of(data, train="s0 s1", validation="s2"), SPEC, seed=1)
    assert sum(len(hu) for hu, _ in batches.training(0)) == 4


@pytest.mark.parametrize(
    ("scans", "says"),
    [
        ({"train": "s5", "validation": "s2"}, "0 bleeding among 4 labelled training slices"),
        ({"train": "s0", "validation": "s5"}, "0 bleeding among 4 labelled validation slices"),
        ({"train": "s0"}, "0 bleeding among 0 labelled validation slices"),
    ],
)
def test_one_class_alone_is_refused_before_training(data, scans, says):
    with pytest.raises(TrainingError) as caught:
        SliceBatches(data, roles_of(data, **scans), SPEC, seed=1)
    assert caught.value.code == "empty-class"
    assert says in str(caught.value)


def test_the_balanced_sampler_draws_both_classes_equally_often_whatever_their_share(data):
    # s0, s1 and s5: 4 of 12 slices bleed
    spec = SPEC.model_copy(update={"sampler": "balanced"})
    batches = SliceBatches(data, roles_of(data, train="s0 s1 s5", validation="s2"), spec, seed=1)
    drawn = torch.cat([targets for epoch in range(200) for _, targets in batches.training(epoch)])
    assert len(drawn) == 200 * 12
    assert drawn.mean().item() == pytest.approx(0.5, abs=0.03)


def test_a_slice_drawn_twice_in_an_epoch_is_augmented_anew(data):
    spec = SPEC.model_copy(update={"sampler": "balanced", "batch": 12})
    batches = SliceBatches(data, roles_of(data, train="s0 s1 s5", validation="s2"), spec, seed=1)
    ((hu, _),) = batches.training(0)
    assert len(hu.flatten(1).unique(dim=0)) == 12


def test_the_number_of_workers_does_not_change_a_batch(data):
    shown = []
    for workers in (0, 2):
        spec = SPEC.model_copy(update={"workers": workers})
        batches = SliceBatches(data, roles_of(data, train="s0 s1 s5", validation="s2"), spec, seed=1)
        shown.append([part for batch in (*batches.training(0), *batches.validation()) for part in batch])
    assert all(torch.equal(one, two) for one, two in zip(*shown, strict=True))


def test_balanced_weights_are_negatives_per_positive(data):
    batches = SliceBatches(data, roles_of(data, train="s0 s1 s5", validation="s2"), SPEC, seed=1)
    assert batches.negatives_per_positive() == 8 / 4

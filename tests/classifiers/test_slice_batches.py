import numpy as np
import pytest
import torch

from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.config.training import AugmentSpec, TrainingSpec
from bleedmap.constants import CLASSES
from bleedmap.errors import TrainingError
from bleedmap.slices.training_set import TrainingSet

SPEC = TrainingSpec(batch=5)
UNMOVED = {"flip": False, "rotate_degrees": 0, "scale": 0, "shift": 0, "noise_hu": 0, "gain": 0}
TURNED = AugmentSpec(noise_hu=0, gain=0)


def made_of(data, roles, spec, seed, classes=("any",), reach=0):
    return SliceBatches(data, roles, spec, seed, classes, reach)


@pytest.fixture
def data(slice_store):
    with TrainingSet([slice_store]) as opened:
        yield opened


def roles_of(data, **scans):
    """Role of every row: ``train="s0 s1", validation="s2"``; the others are test."""
    of = {scan: role for role, names in scans.items() for scan in names.split()}
    return np.array([of.get(scan, "test") for scan in data.table["scan"]])


def test_an_epoch_shows_every_training_slice_once_and_no_other(data):
    batches = made_of(data, roles_of(data, train="s0 s1 s5", validation="s2"), SPEC, seed=1)
    shown = list(batches.training(0))
    assert [len(hu) for hu, _ in shown] == [5, 5, 2]
    assert len(shown) == batches.steps()
    assert sum(int(targets["labels"].sum()) for _, targets in shown) == 4


def test_validation_slices_come_in_order_and_unchanged(data):
    batches = made_of(data, roles_of(data, train="s0", validation="s2 s3"), SPEC, seed=1)
    shown = torch.cat([hu for hu, _ in batches.validation()]).numpy()
    np.testing.assert_array_equal(shown[:, 0], data.hu(range(8, 16)))


def test_order_and_augmentation_follow_from_seed_and_epoch(data):
    def first(seed, epoch):
        batches = made_of(data, roles_of(data, train="s0 s1", validation="s2"), SPEC, seed)
        return next(batches.training(epoch))[0]

    assert torch.equal(first(1, 2), first(1, 2))
    assert not torch.equal(first(1, 2), first(1, 3))
    assert not torch.equal(first(1, 2), first(2, 2))


def test_slices_without_a_label_are_left_out(data):
    data.table.loc[data.table["scan"] == "s0", "any"] = -1
    batches = made_of(data, roles_of(data, train="s0 s1", validation="s2"), SPEC, seed=1)
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
        made_of(data, roles_of(data, **scans), SPEC, seed=1)
    assert caught.value.code == "empty-class"
    assert says in str(caught.value)


def test_the_balanced_sampler_draws_both_classes_equally_often_whatever_their_share(data):
    # s0, s1 and s5: 4 of 12 slices bleed
    spec = SPEC.model_copy(update={"sampler": "balanced"})
    batches = made_of(data, roles_of(data, train="s0 s1 s5", validation="s2"), spec, seed=1)
    drawn = torch.cat([targets["labels"] for epoch in range(200) for _, targets in batches.training(epoch)])
    assert len(drawn) == 200 * 12
    assert drawn.mean().item() == pytest.approx(0.5, abs=0.03)


def test_the_sampler_without_replacement_draws_twice_as_many_slices_as_bleed_and_none_twice(data):
    # of 12 slices 4 bleed: an epoch has 8; of s0, s1 and s2 half bleed: an epoch has them all
    for scans, count in (("s0 s1 s5", 8), ("s0 s1 s3", 12)):
        spec = SPEC.model_copy(update={"sampler": "balanced_once", "augment": AugmentSpec(**UNMOVED)})
        batches = made_of(data, roles_of(data, train=scans, validation="s2"), spec, seed=1)
        shares = []
        for epoch in range(40):
            shown = list(batches.training(epoch))
            assert len(shown) == batches.steps()
            assert len(torch.cat([hu for hu, _ in shown]).flatten(1).unique(dim=0)) == count
            shares.append(float(torch.cat([targets["labels"] for _, targets in shown]).mean()))
        # a bleeding slice is as likely to come next as a healthy one until they run out
        assert (4 / 12 if count == 8 else 0.49) < np.mean(shares) <= 0.5


def test_a_slice_drawn_twice_in_an_epoch_is_augmented_anew(data):
    spec = SPEC.model_copy(update={"sampler": "balanced", "batch": 12})
    batches = made_of(data, roles_of(data, train="s0 s1 s5", validation="s2"), spec, seed=1)
    ((hu, _),) = batches.training(0)
    assert len(hu.flatten(1).unique(dim=0)) == 12


def test_the_number_of_workers_does_not_change_a_batch(data):
    shown = []
    for workers in (0, 2):
        spec = SPEC.model_copy(update={"workers": workers})
        batches = made_of(data, roles_of(data, train="s0 s1 s5", validation="s2"), spec, seed=1)
        every = [*batches.training(0), *batches.validation()]
        shown.append([part for hu, targets in every for part in (hu, targets["labels"])])
    assert all(torch.equal(one, two) for one, two in zip(*shown, strict=True))


def test_balanced_weights_are_negatives_per_positive(data):
    batches = made_of(data, roles_of(data, train="s0 s1 s5", validation="s2"), SPEC, seed=1)
    assert batches.negatives_per_positive().tolist() == [8 / 4]


def test_a_class_is_as_rare_as_its_own_known_labels_say(data):
    # s0, s1, s5: any and iph in 4 of 12 slices; no other subtype; iph of two healthy slices is not known
    data.table.loc[[0, 3], "iph"] = -1
    batches = made_of(data, roles_of(data, train="s0 s1 s5", validation="s2"), SPEC, seed=1, classes=CLASSES)
    assert batches.negatives_per_positive().tolist() == [2, 6 / 4, 1, 1, 1, 1]


def test_labels_come_in_the_order_of_the_classes_and_nan_where_nobody_said(data):
    data.table.loc[[9], "sah"] = -1
    data.table.loc[[10], ["any", "iph"]] = 0
    data.table.loc[[11], list(CLASSES)] = -1
    batches = made_of(data, roles_of(data, train="s0", validation="s2"), SPEC, seed=1, classes=CLASSES)
    ((_, targets),) = batches.validation()
    labels = targets["labels"]
    assert labels.dtype == torch.float32
    # the slice of which nothing is known is left out
    assert labels[:, 0].tolist() == [0, 1, 0]
    assert labels[1].nan_to_num(-1).tolist() == [1, 1, 0, -1, 0, 0]


def test_a_slice_with_reach_comes_with_its_neighbours_turned_as_it_is(data):
    batches = made_of(data, roles_of(data, train="s0", validation="s2"), SPEC, seed=1, reach=1)
    ((shown, _),) = batches.validation()
    np.testing.assert_array_equal(shown.numpy(), data.neighbours(range(8, 12), 1))
    ((moved, _),) = made_of(
        data, roles_of(data, train="s0", validation="s2"), SPEC.model_copy(update={"augment": TURNED}), 1, reach=1
    ).training(0)
    # the lowest slice is its own lower neighbour
    assert sum(torch.equal(one[0], one[1]) for one in moved) == 1

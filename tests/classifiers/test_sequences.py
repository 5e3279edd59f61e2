import numpy as np
import pytest
import torch

from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.sequence_batches import SequenceBatches
from bleedmap.classifiers.sequence_classifier import SequenceClassifier
from bleedmap.config.classifiers import ClassifierSpec, LstmContext
from bleedmap.config.losses import BceSpec
from bleedmap.config.training import AugmentSpec, TrainingSpec
from bleedmap.constants import CLASSES
from bleedmap.losses.build import build_loss
from bleedmap.slices.training_set import TrainingSet

STILL = AugmentSpec(flip=False, rotate_degrees=0, scale=0, shift=0, noise_hu=0, gain=0)
NAN = float("nan")


@pytest.fixture
def scan():
    """A sequence of six slices."""
    return torch.rand((1, 6, 32, 32), generator=torch.Generator().manual_seed(5)) * 80


@pytest.fixture(params=[False, True], ids=["one way", "both ways"])
def network(request, classifier):
    torch.manual_seed(7)
    return SequenceClassifier(classifier, LstmContext(hidden=8, bidirectional=request.param)).eval()


def logits_of(network, hu):
    """(B, S) logits of class any."""
    return network(hu).logits[..., 0]


def loss_of(network, hu, targets):
    return build_loss(BceSpec())(network(hu), {"labels": targets[..., None]})


def padded(scan, slices):
    return torch.cat([scan, torch.full((1, slices, 32, 32), NAN)], dim=1)


def test_other_slices_of_the_scan_change_a_slices_logit(network, scan):
    order = [3, 1, 0, 2, 5, 4]
    with torch.no_grad():
        plain, shuffled = logits_of(network, scan)[0], logits_of(network, scan[:, order])[0]
    assert (plain[order] - shuffled).abs().max() > 1e-4


def test_one_way_context_comes_from_below_alone(classifier, scan):
    torch.manual_seed(7)
    network = SequenceClassifier(classifier, LstmContext(hidden=8)).eval()
    changed = scan.clone()
    changed[:, 3] = 0
    with torch.no_grad():
        moved = (logits_of(network, scan) - logits_of(network, changed))[0].abs() > 1e-6
    assert moved.tolist() == [False, False, False, True, True, True]


def test_padding_changes_neither_logits_nor_loss(network, scan):
    targets = torch.tensor([[0.0, 1, 1, 0, 0, 0]])
    with torch.no_grad():
        plain, longer = logits_of(network, scan), logits_of(network, padded(scan, 5))
    torch.testing.assert_close(longer[:, :6], plain, rtol=1e-5, atol=1e-6)
    assert (longer[:, 6:] == 0).all()
    more = torch.cat([targets, torch.full((1, 5), NAN)], dim=1)
    torch.testing.assert_close(loss_of(network, padded(scan, 5), more), loss_of(network, scan, targets))


def test_padding_does_not_move_the_statistics_of_batch_norm_nor_a_gradient(classifier, scan):
    from copy import deepcopy

    found = []
    for hu in (scan, padded(scan, 5)):
        torch.manual_seed(7)
        network = SequenceClassifier(deepcopy(classifier), LstmContext(hidden=8)).train()
        targets = torch.tensor([[0.0, 1, 1, 0, 0, 0] + [NAN] * (hu.shape[1] - 6)])
        loss_of(network, hu, targets).backward()
        found.append([*network.buffers(), *[part.grad for part in network.parameters()]])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_a_sequence_does_not_depend_on_the_others_in_its_batch(network, scan):
    with torch.no_grad():
        together = logits_of(network, torch.cat([padded(scan[:, :4], 2), scan]))
        alone = logits_of(network, scan[:, :4])
    torch.testing.assert_close(together[:1, :4], alone, rtol=1e-5, atol=1e-6)


def test_a_sequence_with_reach_judges_each_slice_with_its_own_neighbours():
    spec = ClassifierSpec(backbone="test_resnet", stride=8, reach=1, classes=CLASSES)
    torch.manual_seed(7)
    model = build_classifier(spec).eval()
    network = SequenceClassifier(model, LstmContext(hidden=8)).eval()
    hu = torch.rand((1, 6, 32, 32), generator=torch.Generator().manual_seed(5)) * 80
    with torch.no_grad():
        output = network(padded(hu, 2)).logits
        features = model.features(torch.stack([hu[0, number : number + 3] for number in range(4)])).mean(dim=(2, 3))
        expected = network.output(network.lstm(features[None])[0])
    assert output.shape == (1, 6, 6)
    torch.testing.assert_close(output[:, :4], expected, rtol=1e-5, atol=1e-6)
    assert (output[:, 4:] == 0).all()


@pytest.fixture
def data(slice_store):
    with TrainingSet([slice_store]) as opened:
        yield opened


def batches(data, spec, classes=("any",), reach=0, **scans):
    of = {scan: role for role, names in scans.items() for scan in names.split()}
    roles = np.array([of.get(scan, "test") for scan in data.table["scan"]])
    return SequenceBatches(data, roles, spec, 1, classes, reach)


def spec_of(sequence, batch, augment=STILL):
    return LstmContext(sequence=sequence, training=TrainingSpec(batch=batch, augment=augment))


def rows_of(data, sequence):
    """Row numbers of a sequence's slices, found by their content."""
    every = torch.from_numpy(data.hu(range(len(data.table))))
    real = sequence[~sequence[:, 0, 0].isnan()]
    return [int((every - hu).abs().amax(dim=(1, 2)).argmin()) for hu in real]


@pytest.mark.parametrize("length", [2, 3, 4, 7])
def test_a_sequence_is_consecutive_slices_of_one_scan_and_every_slice_comes_once(data, length):
    made = batches(data, spec_of(length, batch=8), train="s0 s1 s5", validation="s2")
    sequences = [rows_of(data, one) for hu, _ in made.training(0) for one in hu]
    assert sorted(row for rows in sequences for row in rows) == [*range(8), *range(20, 24)]
    for rows in sequences:
        assert rows == list(range(rows[0], rows[0] + len(rows)))
        assert data.table["scan"][rows].nunique() == 1


def test_targets_stand_by_their_slices_and_are_unknown_where_padded(data):
    (hu, targets), *_ = batches(data, spec_of(6, batch=6), train="s0", validation="s2").validation()
    assert hu.shape == (1, 6, 32, 32)
    targets = targets["labels"][..., 0]
    assert targets[0, :4].tolist() == [0, 1, 1, 0]
    assert targets[0, 4:].isnan().all()
    assert hu[0, 4:].isnan().all()


def test_a_slice_without_a_label_is_context_without_a_target(data):
    data.table.loc[[9], "any"] = -1
    (hu, targets), *_ = batches(data, spec_of(4, batch=4), train="s0", validation="s2").validation()
    assert not hu.isnan().any()
    assert targets["labels"][..., 0].isnan().tolist() == [[False, True, False, False]]


def test_sequences_without_any_label_are_left_out(data):
    data.table.loc[data.table["scan"] == "s1", "any"] = -1
    made = batches(data, spec_of(4, batch=4), train="s0 s1", validation="s2")
    assert made.steps() == len(list(made.training(0))) == 1


def test_a_batch_holds_as_many_sequences_as_make_its_slices(data):
    made = batches(data, spec_of(2, batch=5), train="s0 s1", validation="s2")
    assert [len(hu) for hu, _ in made.training(0)] == [2, 2]
    assert made.steps() == 2


def test_augmentation_follows_from_seed_and_epoch_and_leaves_padding_alone(data):
    made = batches(data, spec_of(6, 6, AugmentSpec()), train="s0 s1", validation="s2")
    first, again, other = (next(iter(made.training(epoch)))[0] for epoch in (1, 1, 2))
    assert torch.equal(first.nan_to_num(), again.nan_to_num())
    assert not torch.equal(first.nan_to_num(), other.nan_to_num())
    assert first[0, 4:].isnan().all()
    assert not first[0, :4].isnan().any()


def test_a_sequence_with_reach_comes_with_the_slices_below_and_above_it(data):
    # s2 has rows 8 to 11; the second of two sequences goes from 10 to 11, and past the head the last slice is repeated
    (hu, targets), *_ = batches(data, spec_of(2, batch=4), reach=1, train="s0", validation="s2").validation()
    np.testing.assert_array_equal(hu[0].numpy(), data.hu([8, 8, 9, 10]))
    np.testing.assert_array_equal(hu[1].numpy(), data.hu([9, 10, 11, 11]))
    assert targets["labels"].shape == (2, 2, 1)


def test_sequences_know_how_rare_a_class_is(data):
    made = batches(data, spec_of(4, batch=4), classes=("any", "edh"), train="s0 s1 s5", validation="s2")
    assert made.negatives_per_positive().tolist() == [8 / 4, 1]

import math

import pytest
import torch

from bleedmap.errors import TrainingError
from bleedmap.training.collapse import refuse_chance
from bleedmap.training.metrics import Auroc, Dice


def collect(metric, *batches):
    metric.reset()
    for logits, targets in batches:
        metric.add(torch.tensor(logits), torch.tensor(targets))
    return metric


def test_auroc_is_the_share_of_pairs_in_the_right_order_over_all_batches():
    metric = collect(Auroc(), ([1.0, 2.0], [0.0, 1.0]), ([3.0, 0.0], [0.0, 1.0]))
    assert metric.value() == pytest.approx(1 / 4)


def test_padding_does_not_change_the_auroc():
    plain = collect(Auroc(), ([1.0, 2.0, 0.5], [0.0, 1.0, 1.0])).value()
    padded = collect(Auroc(), ([[1.0, 2.0, 9.0], [0.5, 7.0, 7.0]], [[0.0, 1.0, -1.0], [1.0, math.nan, -1.0]]))
    assert padded.value() == plain == 0.5


def test_auroc_of_one_class_is_undefined():
    assert math.isnan(collect(Auroc(), ([1.0, 2.0], [1.0, 1.0])).value())


def test_dice_is_pooled_over_all_batches():
    metric = collect(Dice(), ([4.0, 4.0, -4.0], [1.0, 0.0, 0.0]), ([4.0, -4.0], [1.0, 1.0]))
    assert metric.value() == pytest.approx(2 * 2 / (3 + 3))
    assert math.isnan(collect(Dice(), ([-1.0], [0.0])).value())


@pytest.mark.parametrize("metric", [Auroc(), Dice()])
def test_only_equal_logits_are_constant(metric):
    assert collect(metric, ([0.3, 0.3], [0.0, 1.0]), ([0.3], [1.0])).is_constant()
    assert not collect(metric, ([0.3, 0.3], [0.0, 1.0]), ([0.3001], [1.0])).is_constant()


def test_a_few_slices_never_tell_chance():
    few = torch.arange(150.0) % 2
    assert not collect(Auroc(), (few.tolist(), few.tolist())).tells_chance()
    many = torch.arange(200.0) % 2
    assert collect(Auroc(), (many.tolist(), many.tolist())).tells_chance()


def test_a_classifier_at_chance_is_refused_and_a_better_or_a_short_one_is_not():
    with pytest.raises(TrainingError, match=r"at most 0\.53 in 5 epochs"):
        refuse_chance([0.5, 0.53, 0.48, 0.5, 0.5], 0.55)
    refuse_chance([0.5, 0.53, 0.48, 0.61, 0.5], 0.55)
    refuse_chance([0.5, 0.53, 0.48, 0.5], 0.55)
    refuse_chance([0.5] * 20, None)

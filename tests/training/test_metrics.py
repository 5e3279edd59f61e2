import math
from types import SimpleNamespace

import pytest
import torch

from bleedmap.errors import TrainingError
from bleedmap.training.collapse import refuse_chance
from bleedmap.training.metrics import Auroc, Dice

NAN = math.nan


def auroc_of(*batches, classes=("any",)):
    """AUROC after some batches of logits and labels."""
    metric = Auroc(classes)
    metric.reset()
    for logits, labels in batches:
        shape = (-1, len(classes))
        outputs = SimpleNamespace(logits=torch.tensor(logits).reshape(shape))
        metric.add(outputs, {"labels": torch.tensor(labels).reshape(shape)})
    return metric


def dice_of(*batches):
    metric = Dice()
    metric.reset()
    for logits, masks in batches:
        metric.add(torch.tensor(logits), {"masks": torch.tensor(masks, dtype=torch.uint8)})
    return metric


def test_auroc_is_the_share_of_pairs_in_the_right_order_over_all_batches():
    metric = auroc_of(([1.0, 2.0], [0.0, 1.0]), ([3.0, 0.0], [0.0, 1.0]))
    assert metric.values() == {"auroc": pytest.approx(1 / 4)}


def test_padding_does_not_change_the_auroc():
    plain = auroc_of(([1.0, 2.0, 0.5], [0.0, 1.0, 1.0])).values()
    padded = auroc_of(([[1.0, 2.0, 9.0], [0.5, 7.0, 7.0]], [[0.0, 1.0, NAN], [1.0, NAN, NAN]])).values()
    assert padded == plain == {"auroc": 0.5}


def test_sequences_of_several_classes_count_slice_by_slice():
    # (B, S, K) = (1, 2, 2)
    metric = Auroc(("any", "iph"))
    metric.add(
        SimpleNamespace(logits=torch.tensor([[[1.0, 5.0], [2.0, 3.0]]])),
        {"labels": torch.tensor([[[0.0, 0.0], [1.0, 1.0]]])},
    )
    assert metric.values() == {"auroc": 0.5, "auroc_any": 1.0, "auroc_iph": 0.0}


def test_auroc_of_several_classes_is_the_mean_of_those_with_both_labels():
    logits = [[1.0, 1.0, 0.0], [2.0, 0.0, 0.0], [3.0, 2.0, 0.0]]
    values = auroc_of(
        (logits, [[0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [1.0, NAN, NAN]]), classes=("any", "iph", "edh")
    ).values()
    assert list(values) == ["auroc", "auroc_any", "auroc_iph", "auroc_edh"]
    assert (values["auroc_any"], values["auroc_iph"], values["auroc"]) == (1.0, 0.0, 0.5)
    assert math.isnan(values["auroc_edh"])


def test_auroc_of_one_class_is_undefined():
    assert math.isnan(auroc_of(([1.0, 2.0], [1.0, 1.0])).values()["auroc"])


def test_dice_is_pooled_over_all_batches():
    metric = dice_of(([4.0, 4.0, -4.0], [1, 0, 0]), ([4.0, -4.0], [5, 1]))
    assert metric.values() == {"dice": pytest.approx(2 * 2 / (3 + 3))}
    assert math.isnan(dice_of(([-1.0], [0])).values()["dice"])


def test_unknown_voxels_do_not_change_the_dice():
    plain = dice_of(([4.0, 4.0, -4.0], [1, 0, 1])).values()
    assert dice_of(([4.0, 4.0, -4.0, 4.0, -4.0], [1, 0, 1, 255, 255])).values() == plain


@pytest.mark.parametrize("collect", [auroc_of, dice_of])
def test_only_equal_logits_are_constant(collect):
    first = ([0.3, 0.3], [0.0, 1.0])
    assert collect(first, ([0.3], [1.0])).is_constant()
    assert not collect(first, ([0.3001], [1.0])).is_constant()


def test_a_network_is_not_constant_if_one_of_its_classes_is_not():
    both = {"classes": ("any", "iph")}
    assert auroc_of(([[0.3, 0.7], [0.3, 0.7]], [[0.0, 0.0], [1.0, 1.0]]), **both).is_constant()
    assert not auroc_of(([[0.3, 0.7], [0.3, 0.8]], [[0.0, 0.0], [1.0, 1.0]]), **both).is_constant()


def test_a_few_slices_never_tell_chance():
    few, many = (torch.arange(count) % 2 for count in (150.0, 200.0))
    assert auroc_of((few.tolist(), few.tolist())).skill() is None
    assert auroc_of((many.tolist(), many.tolist())).skill() == 1


def test_the_best_class_with_enough_slices_tells_chance():
    labels = torch.arange(200.0) % 2
    rare = torch.zeros(200)
    rare[:3] = 1
    noise = torch.rand(200, generator=torch.Generator().manual_seed(0))
    logits, known = torch.stack([noise, labels, rare], dim=1), torch.stack([labels, labels, rare], dim=1)
    assert auroc_of((logits.tolist(), known.tolist()), classes=("any", "iph", "edh")).skill() == 1
    chance = auroc_of((logits[:, [0, 2]].tolist(), known[:, [0, 2]].tolist()), classes=("any", "edh")).skill()
    assert 0.4 < chance < 0.6


def test_a_classifier_at_chance_is_refused_and_a_better_or_a_short_one_is_not():
    with pytest.raises(TrainingError, match=r"at most 0\.53 in 5 epochs"):
        refuse_chance([0.5, 0.53, 0.48, 0.5, 0.5], 0.55)
    refuse_chance([0.5, 0.53, 0.48, 0.61, 0.5], 0.55)
    refuse_chance([0.5, 0.53, 0.48, 0.5], 0.55)
    refuse_chance([0.5] * 20, None)

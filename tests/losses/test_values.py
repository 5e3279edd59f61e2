"""Losses against numbers worked out by hand."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from bleedmap.config.losses import (
    BceSpec,
    CrossEntropySpec,
    DiceBceSpec,
    DiceCeSpec,
    FocalSpec,
    LevelsSpec,
    SeedingSpec,
)
from bleedmap.losses.build import build_loss

NAN = math.nan
LN = {share: math.log(share) for share in (0.2, 0.5, 0.8)}
LOGIT_08 = math.log(4.0)  # of probability 0.8


def of_slices(spec, logits, labels, negatives_per_positive=1.0):
    outputs, targets = SimpleNamespace(logits=torch.tensor(logits)), {"labels": torch.tensor(labels)}
    return build_loss(spec, negatives_per_positive)(outputs, targets).item()


def of_voxels(spec, logits, masks):
    return build_loss(spec)(torch.tensor(logits), {"masks": torch.tensor(masks, dtype=torch.uint8)}).item()


def test_bce_of_a_hand_example():
    # p = 0.8, 0.5; the third label is unknown
    assert of_slices(BceSpec(), [[LOGIT_08], [0.0], [9.0]], [[1.0], [0.0], [NAN]]) == pytest.approx(
        -(LN[0.8] + LN[0.5]) / 2
    )


def test_bce_of_known_labels_is_that_of_torch():
    logits, labels = torch.randn((7, 3)), torch.randint(0, 2, (7, 3)).float()
    expected = nn.BCEWithLogitsLoss()(logits, labels).item()
    assert of_slices(BceSpec(), logits.tolist(), labels.tolist()) == pytest.approx(expected, rel=1e-6)


def test_bce_is_the_mean_over_known_labels_of_all_classes():
    # slice 1 tells two classes, slice 2 one
    found = of_slices(BceSpec(), [[LOGIT_08, 0.0], [LOGIT_08, 7.0]], [[1.0, 1.0], [0.0, NAN]])
    assert found == pytest.approx(-(LN[0.8] + LN[0.5] + LN[0.2]) / 3)


def test_focal_of_a_hand_example():
    # (1 - 0.8)^2 * -ln 0.8 for the first two; the third is unknown
    found = of_slices(FocalSpec(gamma=2), [[LOGIT_08], [-LOGIT_08], [5.0]], [[1.0], [0.0], [NAN]])
    assert found == pytest.approx(0.04 * -LN[0.8], rel=1e-5)


def test_focal_with_exponent_zero_is_cross_entropy():
    logits, labels = [[-2.0], [0.5], [3.0], [-1.0]], [[0.0], [1.0], [1.0], [1.0]]
    assert of_slices(FocalSpec(gamma=0), logits, labels) == pytest.approx(of_slices(BceSpec(), logits, labels))


@pytest.mark.parametrize("spec", [BceSpec, lambda **given: FocalSpec(gamma=0, **given)], ids=["bce", "focal"])
def test_a_balanced_weight_multiplies_the_loss_of_positives_alone_class_by_class(spec):
    # all probabilities are one half; the first class has 4 negatives a positive, the second 2
    found = of_slices(spec(positive_weight="balanced"), [[0.0, 0.0]] * 2, [[1.0, 1.0], [0.0, 0.0]], [4.0, 2.0])
    assert found == pytest.approx(-LN[0.5] * (4 + 2 + 1 + 1) / 4)


@pytest.mark.parametrize("spec", [BceSpec, FocalSpec])
def test_a_number_as_weight_is_taken_as_it_is(spec):
    logits, labels = [[-2.0], [0.5]], [[0.0], [1.0]]
    balanced = of_slices(spec(positive_weight="balanced"), logits, labels, 4.0)
    assert of_slices(spec(positive_weight=4.0), logits, labels, 9.0) == balanced


def test_dice_and_cross_entropy_of_a_hand_example():
    # probabilities .8 .5 | .2 .5; hemorrhage of any subtype in the first two; the last is unknown
    logits, masks = [[[[LOGIT_08, 0.0]]], [[[-LOGIT_08, 0.0]]]], [[[[1, 4]]], [[[0, 255]]]]
    dice = 1 - (2 * (0.8 + 0.5) + 1e-5) / (0.8 + 0.5 + 0.2 + 2 + 1e-5)
    entropy = -(LN[0.8] + LN[0.5] + LN[0.8]) / 3
    assert of_voxels(DiceBceSpec(), logits, masks) == pytest.approx(dice + entropy, rel=1e-5)


def test_the_dice_loss_of_background_is_that_of_the_other_class():
    # the same four voxels: background has probabilities .2 .5 | .8, and one true voxel
    logits, masks = [[[[LOGIT_08, 0.0]]], [[[-LOGIT_08, 0.0]]]], [[[[1, 4]]], [[[0, 255]]]]
    hemorrhage = 1 - (2 * (0.8 + 0.5) + 1e-5) / (0.8 + 0.5 + 0.2 + 2 + 1e-5)
    background = 1 - (2 * 0.8 + 1e-5) / (0.2 + 0.5 + 0.8 + 1 + 1e-5)
    entropy = -(LN[0.8] + LN[0.5] + LN[0.8]) / 3
    found = of_voxels(DiceBceSpec(background=True), logits, masks)
    assert found == pytest.approx((hemorrhage + background) / 2 + entropy, rel=1e-5)


def test_the_weight_of_voxels_acts_on_the_cross_entropy_alone():
    logits, masks = [[[[0.0, 0.0]]]], [[[[1, 0]]]]
    plain, weighted = (of_voxels(DiceBceSpec(positive_weight=weight), logits, masks) for weight in (None, 3.0))
    assert weighted - plain == pytest.approx(-LN[0.5] * (3 - 1) / 2)


def test_two_empty_masks_have_no_dice_loss():
    assert of_voxels(DiceBceSpec(), [[[[-80.0, -80.0]]]], [[[[0, 255]]]]) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("softmax_twice", [False, True])
def test_cross_entropy_is_torchs_over_the_two_logits_of_each_known_label(softmax_twice):
    pairs = torch.randn((5, 2), generator=torch.Generator().manual_seed(1)).requires_grad_()
    labels = torch.tensor([0, 1, 1, 0, 1])
    expected = nn.functional.cross_entropy(pairs.softmax(dim=1) if softmax_twice else pairs, labels)
    (gradient,) = torch.autograd.grad(expected, pairs)
    output = SimpleNamespace(logits=torch.cat([pairs[:, 1:] - pairs[:, :1], torch.tensor([[9.0]])]))
    known = torch.cat([labels.float(), torch.tensor([math.nan])])[:, None]
    value = build_loss(CrossEntropySpec(softmax_twice=softmax_twice))(output, {"labels": known})
    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(torch.autograd.grad(value, pairs)[0], gradient)


def test_a_softmax_too_many_keeps_the_loss_of_a_sure_and_right_answer_at_313():
    output = SimpleNamespace(logits=torch.tensor([[1e4], [-1e4]]))
    loss = build_loss(CrossEntropySpec(softmax_twice=True))
    value = loss(output, {"labels": torch.tensor([[1.0], [0.0]])})
    assert value.item() == pytest.approx(math.log(1 + math.exp(-1)))


def levels_of(maps, logits=((0.0,), (0.0,))):
    """Two levels from maps, fine and coarse."""
    fine, coarse = (
        SimpleNamespace(logits=torch.tensor([logit]), maps=torch.tensor([[each]]), deeper=())
        for logit, each in zip(logits, maps, strict=True)
    )
    fine.deeper = (coarse,)
    return fine


def test_levels_of_a_hand_example():
    spec = LevelsSpec(alpha=(2.0, 0.5), beta=(0.25,))
    # the four cells have a mean of 1, the coarse map says 3; p = 0.8 and 0.5 of a positive slice
    outputs = levels_of(([[0.0, 2.0], [2.0, 0.0]], [[3.0]]), ((LOGIT_08,), (0.0,)))
    expected = 2 * -LN[0.8] + 0.5 * -LN[0.5] + 0.25 * (1 - 3) ** 2
    assert build_loss(spec)(outputs, {"labels": torch.tensor([[1.0]])}).item() == pytest.approx(expected)


def test_an_odd_border_of_a_level_is_the_mean_of_the_cells_that_there_are():
    spec = LevelsSpec(alpha=(1.0, 1.0), beta=(1.0,))
    agreeing = levels_of(([[4.0, 4.0, 6.0], [4.0, 4.0, 6.0], [1.0, 3.0, 5.0]], [[4.0, 6.0], [2.0, 5.0]]))
    found = build_loss(spec)(agreeing, {"labels": torch.tensor([[0.0]])}).item()
    assert found == pytest.approx(2 * -LN[0.5])


def test_dice_ce_of_a_hand_example():
    # two voxels, drawn as subtype 1 and background; each kind has probability 1/6; a third voxel is unknown
    loss = build_loss(DiceCeSpec())(torch.zeros((1, 6, 1, 1, 3)), {"masks": torch.tensor([[[[1, 0, 255]]]]).byte()})
    drawn, others = 1 - (2 / 6) / (2 / 6 + 1), 1.0
    assert loss.item() == pytest.approx((drawn + 4 * others) / 5 + math.log(6), abs=1e-3)


def seeding(spec, logits, seeds, masks):
    targets = {"seeds": torch.tensor(seeds, dtype=torch.uint8), "masks": torch.tensor(masks, dtype=torch.uint8)}
    return build_loss(spec)(torch.tensor(logits), targets).item()


def test_seeding_of_a_hand_example():
    # probabilities of hemorrhage .8 .5 .2 .8; seeds are hemorrhage, none, background, background; one of the mask's
    # pixels is unknown, the others are 1 1 0
    logits, seeds, masks = [[[[LOGIT_08, 0.0, -LOGIT_08, LOGIT_08]]]], [[[[1, 255, 0, 0]]]], [[[[1, 1, 0, 255]]]]
    of_seeds = -(LN[0.8] + LN[0.8] + LN[0.2]) / 3
    of_mask = -(LN[0.8] + LN[0.5] + LN[0.8]) / 3
    assert seeding(SeedingSpec(cross_entropy=False), logits, seeds, masks) == pytest.approx(of_seeds, rel=1e-6)
    assert seeding(SeedingSpec(), logits, seeds, masks) == pytest.approx(of_seeds + of_mask, rel=1e-6)

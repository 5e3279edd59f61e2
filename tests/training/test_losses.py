import math

import pytest
import torch
from torch import nn

from bleedmap.config.training import TrainingSpec
from bleedmap.training.losses import DiceAndCrossEntropy, Focal, build_loss

LOGITS, TARGETS = torch.tensor([-2.0, 0.5, 3.0, -1.0]), torch.tensor([0.0, 1.0, 1.0, 1.0])


def build(**settings):
    return build_loss(TrainingSpec(**settings), default="bce", negatives_per_positive=4.0)


def test_focal_with_exponent_zero_is_cross_entropy():
    torch.testing.assert_close(Focal(0)(LOGITS, TARGETS), nn.BCEWithLogitsLoss()(LOGITS, TARGETS))


def test_focal_weighs_an_element_by_how_wrong_it_is():
    # p of the truth is 0.8: (1 - 0.8)^2 * -ln 0.8
    logit = torch.tensor([math.log(4.0)])
    assert Focal(2.0)(logit, torch.ones(1)).item() == pytest.approx(0.04 * -math.log(0.8), rel=1e-5)
    assert Focal(2.0)(-logit, torch.zeros(1)).item() == pytest.approx(0.04 * -math.log(0.8), rel=1e-5)


@pytest.mark.parametrize("loss", ["bce", "focal"])
def test_a_balanced_weight_multiplies_the_loss_of_positives_alone(loss):
    plain, balanced = build(loss=loss, focal_gamma=0), build(loss=loss, focal_gamma=0, positive_weight="balanced")
    positive, negative = TARGETS == 1, TARGETS == 0
    torch.testing.assert_close(
        balanced(LOGITS[positive], TARGETS[positive]), 4 * plain(LOGITS[positive], TARGETS[positive])
    )
    torch.testing.assert_close(
        balanced(LOGITS[negative], TARGETS[negative]), plain(LOGITS[negative], TARGETS[negative])
    )


def test_a_number_as_weight_is_taken_as_it_is():
    torch.testing.assert_close(
        build(positive_weight=4.0)(LOGITS, TARGETS), build(positive_weight="balanced")(LOGITS, TARGETS)
    )


def test_the_component_names_the_loss_where_the_config_does_not():
    assert isinstance(build_loss(TrainingSpec(), default="dice_bce", negatives_per_positive=1), DiceAndCrossEntropy)
    assert isinstance(build(), nn.BCEWithLogitsLoss)
    assert isinstance(build(loss="focal"), Focal)

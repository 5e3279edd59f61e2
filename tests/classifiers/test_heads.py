import pytest
import torch
from torch import nn

from bleedmap.classifiers.heads.gap import Gap
from bleedmap.classifiers.heads.lse import Lse
from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.heads import GapHead, LseHead
from bleedmap.constants import CLASSES


@pytest.fixture
def maps():
    return torch.randn((3, 2, 5, 7), generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 4


def lse(maps, r):
    return Lse(1, 2, r).pool(maps)


def test_lse_tends_to_the_maximum_as_r_grows(maps):
    torch.testing.assert_close(lse(maps, 1e5), maps.amax(dim=(2, 3)), rtol=0, atol=1e-3)


def test_lse_tends_to_the_mean_as_r_goes_to_zero(maps):
    torch.testing.assert_close(lse(maps, 1e-6), maps.mean(dim=(2, 3)), rtol=0, atol=1e-4)


def test_lse_lies_between_mean_and_maximum_and_rises_with_r(maps):
    steps = torch.stack([lse(maps, r) for r in (0.5, 1, 3, 6)])
    assert (steps.diff(dim=0) > 0).all()
    assert (steps > maps.mean(dim=(2, 3))).all()
    assert (steps < maps.amax(dim=(2, 3))).all()


@pytest.mark.parametrize("r", [0.1, 3, 6])
def test_the_gradient_of_lse_sums_to_one(maps, r):
    maps.requires_grad_()
    (gradient,) = torch.autograd.grad(lse(maps, r).sum(), maps)
    torch.testing.assert_close(gradient.sum(dim=(2, 3)), torch.ones((3, 2), dtype=torch.float64))


def test_lse_survives_maps_whose_exponential_would_overflow():
    assert lse(torch.full((1, 1, 4, 4), 500.0), 6).item() == pytest.approx(500.0)


def test_gap_is_the_mean(maps):
    torch.testing.assert_close(Gap(1, 2).pool(maps), maps.mean(dim=(2, 3)))


def test_a_linear_map_before_the_mean_is_the_usual_mean_and_linear_layer(classifier):
    hu = torch.rand((3, 1, 64, 64), generator=torch.Generator().manual_seed(0)) * 80
    with torch.no_grad():
        features = classifier.features(hu)
        usual = nn.functional.linear(features.mean(dim=(2, 3)), classifier.head.layer.weight[:, :, 0, 0])
        torch.testing.assert_close(classifier(hu).logits, usual + classifier.head.bias, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("head", [GapHead(), LseHead(r=2)])
def test_the_logit_map_of_a_class_is_its_class_activation_map(head):
    # CAM: the class' weights over the feature map; nothing of it comes from another class or from the bias
    torch.manual_seed(0)
    model = build_classifier(ClassifierSpec(backbone="test_resnet", stride=8, head=head, classes=CLASSES)).eval()
    hu = torch.rand((2, 1, 32, 32)) * 80
    with torch.no_grad():
        model.head.bias.copy_(torch.arange(6.0))
        features, output = model.features(hu), model(hu)
        for number in range(6):
            cam = torch.einsum("c,bchw->bhw", model.head.layer.weight[number, :, 0, 0], features)
            torch.testing.assert_close(output.maps[:, number], cam, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("height", [1e4, -1e4])
def test_lse_keeps_the_digits_of_large_logits_in_single_precision(height):
    # one cell of 64 stands out by 1: log((63 + e^3) / 64) / 3 above the others
    maps = torch.full((1, 1, 8, 8), height)
    maps[0, 0, 2, 3] += 1
    above = 0.086943 if height else None
    assert Lse(1, 1, 3.0).pool(maps).item() - height == pytest.approx(above, abs=1e-3)


def test_lse_of_logits_far_apart_and_its_gradient_are_finite_in_single_precision():
    maps = torch.tensor([-1e4, 0.0, 1e4, 1e4]).reshape(1, 1, 2, 2).requires_grad_()
    pooled = Lse(1, 1, 6.0).pool(maps)
    (gradient,) = torch.autograd.grad(pooled.sum(), maps)
    assert pooled.item() == pytest.approx(1e4, abs=1)
    torch.testing.assert_close(gradient.flatten(), torch.tensor([0.0, 0.0, 0.5, 0.5]))

"""Gradients at a network's input, against networks whose gradients can be written down."""

import pytest
import torch
from torch import nn

from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.saliency import GuidedBackpropSpec, InputGradientSpec, IntegratedGradientsSpec
from bleedmap.errors import BleedmapError
from bleedmap.saliency import explain
from bleedmap.saliency.integrated_gradients import shares
from bleedmap.saliency.plain_network import PlainLogits


@pytest.fixture
def images():
    return torch.rand((3, 2, 4, 4), generator=torch.Generator().manual_seed(0)) + 0.1


@pytest.fixture
def weight():
    return torch.randn((2, 4, 4), generator=torch.Generator().manual_seed(1))


class Formula(nn.Module):
    """A network of one formula, with one logit; remembers how many images it was given at once."""

    def __init__(self, formula):
        super().__init__()
        self.formula, self.counts = formula, []

    def forward(self, images):
        self.counts.append(len(images))
        return self.formula(images).flatten(1).sum(1, keepdim=True)


def test_the_input_gradient_of_a_weighted_sum_is_its_weights(images, weight):
    network = PlainLogits(Formula(lambda x: weight * x), 0)
    maps = explain(InputGradientSpec(), network, images, 0)
    torch.testing.assert_close(maps, weight.abs().sum(0).expand(3, -1, -1))


def test_integrated_gradients_of_squares_are_the_squares(images, weight):
    network = PlainLogits(Formula(lambda x: weight * x**2), 0)
    maps = explain(IntegratedGradientsSpec(steps=2), network, images, 0)
    torch.testing.assert_close(maps, (weight * images**2).abs().sum(1))


def test_guided_backprop_drops_what_a_relu_lets_through_against_the_class():
    # of four units one is off, one speaks against the class, and one gets nothing but what speaks against it
    before = torch.tensor([[2.0, 1.0], [-1.0, -2.0], [3.0, 5.0], [0.5, 0.25]])
    network = nn.Sequential(nn.Flatten(), nn.Linear(2, 4, bias=False), nn.ReLU(inplace=True), nn.Linear(4, 1))
    network[1].weight = nn.Parameter(before)
    network[3].weight = nn.Parameter(torch.tensor([[1.0, 7.0, -4.0, 2.0]]))
    image = torch.tensor([[[[1.0, 1.0]]]])
    maps = explain(GuidedBackpropSpec(), PlainLogits(network, 0), image, 0)
    torch.testing.assert_close(maps, (before[0] + 2 * before[3])[None, None])


@pytest.mark.parametrize(
    ("between", "says"), [([nn.GELU()], "gelu"), ([nn.ReLU(), nn.SiLU()], "silu"), ([], "no activations")]
)
def test_guided_backprop_of_a_network_that_is_not_all_relu_is_one_sentence(images, between, says):
    network = PlainLogits(nn.Sequential(nn.Flatten(), nn.Linear(32, 4), *between, nn.Linear(4, 1)), 0)
    with pytest.raises(BleedmapError, match=f"not-relu.*{says}"):
        explain(GuidedBackpropSpec(), network, images, 0)
    assert explain(InputGradientSpec(), network, images, 0).any()


@pytest.fixture(scope="module")
def classifier():
    torch.manual_seed(0)
    network = build_classifier(ClassifierSpec(backbone="test_resnet", reach=1)).eval()
    nn.init.ones_(network.head.layer.weight)  # features are nowhere negative, so that they add up
    return network


def test_integrated_gradients_add_up_to_the_logit_less_that_of_a_black_slice(classifier):
    slices = torch.rand((2, 3, 32, 32), generator=torch.Generator().manual_seed(2)) * 80
    with torch.no_grad():
        rise = (classifier(slices).logits - classifier(torch.full_like(slices, -1000)).logits)[:, 0]
    found = [shares(IntegratedGradientsSpec(), classifier, one[None], [0])[0].sum() for one in slices]
    torch.testing.assert_close(torch.stack(found), rise, rtol=0.02, atol=0.01)
    assert (rise.abs() > 0.1).all()


def test_a_bleed_brighter_than_the_window_has_a_gradient(classifier):
    assert explain(InputGradientSpec(), classifier, torch.full((1, 3, 32, 32), 500.0), 0).any()


@pytest.mark.parametrize("spec", [InputGradientSpec, GuidedBackpropSpec, IntegratedGradientsSpec])
def test_no_more_than_the_internal_batch_goes_through_the_network_and_changes_nothing(spec, images):
    network = Formula(lambda x: torch.relu(x - 0.5) * x)
    one, five = (explain(spec(internal_batch=count), PlainLogits(network, 0), images, 0) for count in (1, 5))
    torch.testing.assert_close(one, five)
    assert max(network.counts) == min(5, 50 if spec is IntegratedGradientsSpec else len(images))
    assert network.counts[0] == 1

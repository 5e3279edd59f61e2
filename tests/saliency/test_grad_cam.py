"""Grad-CAM against its formula on networks taken apart by hand."""

import pytest
import torch

from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.heads import LseHead, PairHead
from bleedmap.config.saliency import CamSpec, GradCamSpec
from bleedmap.constants import CLASSES
from bleedmap.errors import BleedmapError
from bleedmap.saliency import explain
from bleedmap.saliency.centres import patch_centres
from bleedmap.saliency.receptive_centres import logit_map_centres
from tests.saliency.placed import placed
from tests.small_swin import swin_classifier


@pytest.fixture
def hu():
    return torch.rand((3, 1, 64, 64), generator=torch.Generator().manual_seed(1)) * 80


def resnet(**change):
    torch.manual_seed(3)
    return build_classifier(ClassifierSpec(backbone="test_resnet", stride=8, classes=CLASSES, **change)).eval()


def by_hand(features, logit):
    """ReLU(sum of channels, each times the mean of its gradient), (B, C, h, w) to (B, h, w)."""
    (gradient,) = torch.autograd.grad(logit.sum(), features)
    return (gradient.mean(dim=(2, 3), keepdim=True) * features).sum(dim=1).relu().detach()


def test_it_is_cam_for_a_mean_and_a_linear_layer_up_to_a_positive_scale(hu):
    # invariant 6 of spec 6.3; a cell's share of the mean is one in 64
    model = resnet()
    for target in (0, 4):
        found = explain(GradCamSpec(), model, hu, target)
        assert found.any()
        torch.testing.assert_close(found * 64, explain(CamSpec(), model, hu, target), rtol=1e-3, atol=1e-5)


def test_the_gradient_is_that_of_the_logit_for_a_class_never_of_the_difference_or_the_winner(hu):
    model = resnet(head=PairHead())
    features = model.features(hu).detach().requires_grad_()
    expected = by_hand(features, model.head(features).pairs[:, 2, 1])
    assert expected.any()
    found = explain(GradCamSpec(), model, hu, 2)
    torch.testing.assert_close(
        found, placed(expected, logit_map_centres(model, hu), (64, 64)), rtol=1e-3, atol=1e-6, check_dtype=False
    )


def test_where_places_count_differently_it_is_the_formula_and_no_longer_cam(hu):
    model = resnet(head=LseHead(r=8))
    layer = model.backbone.features
    features = layer(((hu - 40) / 80 + 0.5).clamp(0, 1))[0].detach().requires_grad_()
    expected = by_hand(features, model.head(features).logits[:, 1])
    centres = logit_map_centres(model, hu)
    torch.testing.assert_close(
        explain(GradCamSpec(), model, hu, 1), placed(expected, centres, (64, 64)), rtol=1e-3, atol=1e-6
    )


@pytest.mark.parametrize(("layer", "sign"), [("norm1", -1), ("norm2", 1)])  # of a map that is not all negative
def test_of_a_swin_it_is_a_norm_of_the_last_block_at_the_centres_of_its_patches(hu, layer, sign):
    model = swin_classifier(head=PairHead())
    with torch.no_grad():
        model.head.layer.weight.mul_(sign)
    block = model.backbone.network.layers[3].blocks[1]
    kept = []
    handle = getattr(block, layer).register_forward_hook(lambda _, __, output: kept.append(output))
    logit = model(hu).pairs[:, 0, 1].sum()
    handle.remove()
    (gradient,) = torch.autograd.grad(logit, kept[0])
    # four tokens of 96 channels, side by side or in a row
    tokens, gradient = (each.detach().reshape(3, 2, 2, 96) for each in (kept[0], gradient))
    raw = (gradient.mean(dim=(1, 2), keepdim=True) * tokens).sum(dim=3).relu()
    assert raw.any()
    found = explain(GradCamSpec(layer=layer), model, hu, 0)
    torch.testing.assert_close(found, placed(raw, patch_centres(32), (64, 64)), rtol=1e-3, atol=1e-6)


def test_a_layer_is_found_by_the_end_of_its_name_and_lies_where_its_own_cells_look(hu):
    model = resnet()
    whole, end = (explain(GradCamSpec(layer=name), model, hu, 0) for name in ("backbone.features.layer1", "layer1"))
    assert torch.equal(whole, end)
    assert whole.shape == (3, 64, 64)


def test_what_follows_a_layer_may_work_in_place(hu):
    model = resnet()
    assert any(getattr(part, "inplace", False) for part in model.modules())
    assert explain(GradCamSpec(layer="bn1"), model, hu, 0).shape == (3, 64, 64)


@pytest.mark.parametrize(
    ("layer", "code", "says"),
    [("layer9", "no-layer", "did you mean 'layer"), ("features", "no-feature-map", "list")],
)
def test_a_layer_that_cannot_be_explained_is_one_sentence(hu, layer, code, says):
    with pytest.raises(BleedmapError, match=says) as caught:
        explain(GradCamSpec(layer=layer), resnet(), hu, 0)
    assert caught.value.code == code

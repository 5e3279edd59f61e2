"""The small residual network of paper 002 and its two heads, against the paper and against equations by hand."""

import pytest
import torch
from torch import nn

from bleedmap.classifiers.heads.attention import Attention
from bleedmap.classifiers.heads.max import Max
from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.heads import AttentionHead
from tests.classifiers.members import HEADS


def network(**settings):
    torch.manual_seed(0)
    return build_classifier(ClassifierSpec(method="small_resnet", **settings))


def test_it_has_18_convolutions_and_a_map_of_a_quarter_of_the_slice():
    model = network(windows=[{}, {}, {}])
    convolutions = [part for part in model.backbone.modules() if isinstance(part, nn.Conv2d)]
    assert len(convolutions) == 18
    assert [convolutions[number].out_channels for number in (0, 6, 12)] == [12, 24, 36]
    with torch.no_grad():
        assert model.eval()(torch.zeros((1, 1, 64, 48))).maps.shape == (1, 1, 16, 12)


@pytest.mark.parametrize("pooling", HEADS)
def test_no_weight_is_dead(pooling):
    # the released code feeds every block of a level the level's input, so that half of them have no effect (spec 3.3)
    model = network(head={"pooling": pooling}).train()
    hu = torch.rand((4, 1, 32, 32), generator=torch.Generator().manual_seed(1)) * 80
    model(hu).logits[:2].sum().backward()
    assert [name for name, weight in model.named_parameters() if not weight.grad.any()] == []


def test_windows_are_standardised_by_what_was_seen_in_training():
    model = network()
    hu = torch.rand((16, 1, 32, 32), generator=torch.Generator().manual_seed(1)) * 20 + 30
    grey = hu / 80  # the brain window
    for _ in range(200):
        model.backbone.standardise(grey)
    with torch.no_grad():
        found = model.eval().backbone.standardise(grey)
    torch.testing.assert_close(found, (grey - grey.mean()) / grey.std(), rtol=1e-3, atol=1e-3)


def test_attention_is_equation_3_by_hand():
    torch.manual_seed(0)
    head = Attention(channels=3, classes=2, hidden=5)
    with torch.no_grad():
        head.bias.copy_(torch.tensor([0.5, -1.0]))
    features = torch.randn((2, 3, 2, 2))
    v, u, w = (layer.weight[:, :, 0, 0] for layer in (head.v, head.u, head.w))
    found = head(features)
    for number in range(2):
        places = features[number].reshape(3, 4).T
        scores = torch.stack([w[0] @ (torch.tanh(v @ h) * torch.sigmoid(u @ h)) for h in places])
        weights = scores.exp() / scores.exp().sum()
        z = (weights[:, None] * places).sum(dim=0)
        torch.testing.assert_close(found.attention[number].flatten(), weights)
        torch.testing.assert_close(found.logits[number], head.layer.weight[:, :, 0, 0] @ z + head.bias)


def test_attention_has_the_papers_36_outputs():
    assert build_classifier(ClassifierSpec(head=AttentionHead(), backbone="test_resnet")).head.v.out_channels == 36


def test_the_maximum_alone_has_a_gradient():
    maps = torch.tensor([[[[1.0, 5.0], [3.0, -7.0]]]], requires_grad=True)
    pooled = Max(1, 1).pool(maps)
    pooled.sum().backward()
    assert pooled.item() == 5
    assert maps.grad.tolist() == [[[[0, 1], [0, 0]]]]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"stride": 8}, "leave it out"),
        ({"pretrained": True}, "no published weights"),
        ({"small_resnet": {"widths": [24, 12, 36]}}, "do not become smaller"),
        ({"method": "backbone", "small_resnet": {}}, "method small_resnet alone"),
    ],
)
def test_a_config_that_cannot_be_meant_says_why(settings, says):
    with pytest.raises(ValueError, match=says):
        ClassifierSpec.model_validate({"method": "small_resnet", **settings})

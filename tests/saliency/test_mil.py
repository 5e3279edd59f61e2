"""Maps of multiple instance learning: what they are of the head, and which heads have none."""

import pytest
import torch

from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.saliency import MilAttentionSignedSpec, MilAttentionSpec, MilMaxSpec
from bleedmap.errors import ConfigError
from bleedmap.saliency import explain
from bleedmap.saliency.receptive_centres import logit_map_centres
from tests.saliency.placed import placed


def network(pooling):
    torch.manual_seed(1)
    spec = ClassifierSpec(method="small_resnet", small_resnet={"widths": (4, 6, 8)}, head={"pooling": pooling})
    return build_classifier(spec).eval()


@pytest.fixture
def hu():
    return torch.rand((3, 1, 32, 32), generator=torch.Generator().manual_seed(1)) * 80


def outputs(model, hu):
    with torch.no_grad():
        return model(hu), logit_map_centres(model, hu)


def test_a_cell_of_the_small_network_lies_in_the_middle_of_its_four_pixels(hu):
    # pooling of 2 x 2 pixels, twice; all else is symmetric
    _, centres = outputs(network("max"), hu)
    for axis in centres:
        assert axis == (pytest.approx(1.5, abs=0.2), 4)


def test_the_highest_place_of_a_called_slice_has_its_logit(hu):
    model = network("max")
    with torch.no_grad():
        model.head.bias.fill_(2.0)
    output, centres = outputs(model, hu)
    logits = output.maps[:, 0] + 2.0
    torch.testing.assert_close(logits.amax(dim=(1, 2)), output.logits[:, 0])
    expected = placed(logits.clamp(min=0), centres, (32, 32))
    torch.testing.assert_close(explain(MilMaxSpec(), model, hu, 0), expected)


def test_attention_is_a_share_of_each_place_and_signed_what_the_place_adds(hu):
    model = network("attention")
    output, centres = outputs(model, hu)
    torch.testing.assert_close(output.attention.sum(dim=(1, 2, 3)), torch.ones(3))
    attention, added = output.attention[:, 0], (output.attention * output.maps)[:, 0]
    torch.testing.assert_close(added.sum(dim=(1, 2)) + model.head.bias, output.logits[:, 0])
    for spec, cells in ((MilAttentionSpec(), attention), (MilAttentionSignedSpec(), added.clamp(min=0))):
        torch.testing.assert_close(explain(spec, model, hu, 0), placed(cells, centres, (32, 32)))


@pytest.mark.parametrize(
    ("spec", "pooling", "code"),
    [
        (MilMaxSpec(), "attention", "no-max-head"),
        (MilMaxSpec(), "lse", "no-max-head"),
        (MilAttentionSpec(), "max", "no-attention"),
        (MilAttentionSignedSpec(), "gap", "no-attention"),
    ],
)
def test_a_head_without_such_a_map_is_one_sentence(spec, pooling, code, hu):
    with pytest.raises(ConfigError, match=code):
        explain(spec, network(pooling), hu, 0)

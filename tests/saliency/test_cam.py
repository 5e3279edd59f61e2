import pytest
import torch

from bleedmap.config.saliency import CamSpec
from bleedmap.errors import ConfigError
from bleedmap.saliency import explain
from bleedmap.saliency.receptive_centres import logit_map_centres
from tests.saliency.placed import placed
from tests.stand_in import StandIn


@pytest.fixture
def hu():
    return torch.rand((5, 1, 32, 32), generator=torch.Generator().manual_seed(1)) * 80


@pytest.mark.parametrize("target", [0, 3])
def test_cam_is_the_rectified_logit_map_of_its_class_at_the_centres_of_its_cells(hu, target):
    model = StandIn()
    with torch.no_grad():
        maps = model(hu).maps
    expected = placed(maps[:, target].clamp(min=0), logit_map_centres(model, hu), (32, 32))
    torch.testing.assert_close(explain(CamSpec(), model, hu, target), expected)


def test_cam_is_grad_cam_at_the_logit_map_up_to_a_positive_scale(hu):
    model = StandIn()
    output = model(hu)
    (gradient,) = torch.autograd.grad(output.logits[:, 2].sum(), output.maps)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    grad_cam = (weights * output.maps).sum(dim=1).relu().detach()
    expected = placed(grad_cam * 64, logit_map_centres(model, hu), (32, 32))
    torch.testing.assert_close(explain(CamSpec(), model, hu, 2), expected)


def test_a_classifier_without_logit_maps_is_refused_in_a_sentence(hu):
    with pytest.raises(ConfigError, match="no-logit-maps"):
        explain(CamSpec(), StandIn(with_maps=False), hu, 0)

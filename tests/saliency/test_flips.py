import pytest
import torch

from bleedmap.config.saliency import CamSpec, FlipsSpec
from bleedmap.saliency import explain
from tests.stand_in import StandIn

SPEC = FlipsSpec(of=CamSpec())


@pytest.fixture
def hu():
    return torch.rand((3, 1, 32, 32), generator=torch.Generator().manual_seed(2)) * 80


def test_a_slice_and_its_mirror_image_have_mirrored_maps(hu):
    model = StandIn()
    plain, mirrored = explain(SPEC, model, hu, 1), explain(SPEC, model, hu.flip(-1), 1)
    torch.testing.assert_close(plain, mirrored.flip(-1))
    assert not torch.allclose(explain(CamSpec(), model, hu, 1), explain(CamSpec(), model, hu.flip(-1), 1).flip(-1))


def test_it_is_the_mean_of_both_sides(hu):
    model = StandIn()
    one, other = (explain(CamSpec(), model, each, 1) for each in (hu, hu.flip(-1)))
    torch.testing.assert_close(explain(SPEC, model, hu, 1), (one + other.flip(-1)) / 2)


def test_it_knows_the_modules_of_what_it_holds():
    assert FlipsSpec(of=SPEC).modules() == ["bleedmap.saliency.flips", "bleedmap.saliency.cam"]

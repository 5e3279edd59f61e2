"""What every saliency method keeps to; a new member of ``AnySaliency`` inherits all of it."""

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from bleedmap.config.saliency import AnySaliency
from bleedmap.saliency import explain, explain_classes
from bleedmap.saliency.explain_scan import explain_scan
from tests.members import members, names
from tests.stand_in import StandIn

SPECS = members(AnySaliency)
every_method = pytest.mark.parametrize("spec", SPECS, ids=names(SPECS))


@pytest.fixture(params=[0, 1], ids=["one slice", "with neighbours"])
def model(request):
    return StandIn(reach=request.param).eval()


def batch(model, count=8):
    generator = torch.Generator().manual_seed(4)
    return torch.rand((count, 2 * model.reach + 1, 32, 32), generator=generator) * 80


@every_method
def test_maps_are_finite_and_nowhere_negative(spec, model):
    for target in range(len(model.classes)):
        maps = explain(spec, model, batch(model), target)
        assert maps.shape == (8, 32, 32)
        assert maps.dtype == torch.float32
        assert torch.isfinite(maps).all()
        assert (maps >= 0).all()
    assert explain(spec, model, batch(model), 0).any()


@every_method
def test_a_map_does_not_depend_on_the_batch_it_came_in(spec, model):
    together = explain(spec, model, batch(model), 1)
    alone = torch.cat([explain(spec, model, one[None], 1) for one in batch(model)])
    torch.testing.assert_close(alone, together, rtol=1e-4, atol=1e-5)


@every_method
def test_the_maps_of_all_classes_at_once_are_those_of_each(spec, model):
    alone = torch.stack([explain(spec, model, batch(model), target) for target in range(6)], dim=1)
    torch.testing.assert_close(explain_classes(spec, model, batch(model)), alone, rtol=1e-4, atol=1e-5)


@every_method
def test_the_same_batch_gives_the_same_maps_whatever_the_global_random_state(spec, model):
    torch.manual_seed(0)
    once = explain(spec, model, batch(model), 1)
    torch.manual_seed(1)
    assert torch.equal(explain(spec, model, batch(model), 1), once)


@every_method
def test_an_empty_batch_has_no_maps(spec, model):
    assert len(explain(spec, model, batch(model, 0), 0)) == 0


@every_method
def test_the_classifier_is_left_as_it_was(spec, model):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    explain(spec, model, batch(model), 0)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(part.grad is None for part in model.parameters())
    assert not any(part._forward_hooks or part._backward_hooks for part in model.modules())
    assert not model.training


@every_method
def test_maps_are_made_on_the_classifiers_device(spec):
    # meta tensors have shapes and a device but no values: whatever moves to another device fails
    model = StandIn()
    explain(spec, model, torch.zeros((1, 1, 32, 32)), 0)  # where cells lie is measured once, which takes values
    model = model.to("meta")
    assert explain(spec, model, torch.zeros((2, 1, 32, 32), device="meta"), 0).device.type == "meta"


@every_method
def test_maps_of_a_scan_fill_its_brain_and_span_zero_to_one(spec, model):
    hu = np.random.default_rng(0).integers(0, 80, (5, 32, 32)).astype(np.int16)
    brain = np.zeros(hu.shape, dtype=bool)
    brain[:4, 4:28, 4:28] = True
    found = explain_scan(spec, model, hu, brain)
    assert found.maps.shape == (5, 6, 32, 32)
    assert found.low.shape == found.high.shape == (5, 6)
    assert not found.maps.transpose(0, 2, 3, 1)[~brain].any()
    assert (found.maps.max(axis=(2, 3)) == (found.high > found.low)).all()
    assert (found.maps[:4, 0].max(axis=(1, 2)) == 1).all()


@every_method
def test_a_scan_without_slices_has_no_maps(spec, model):
    empty = np.zeros((0, 32, 32), dtype=np.int16)
    assert explain_scan(spec, model, empty, empty > 0).maps.shape == (0, 6, 32, 32)


def test_a_spec_without_method_is_refused():
    with pytest.raises(ValidationError, match="method"):
        TypeAdapter(AnySaliency).validate_python({})

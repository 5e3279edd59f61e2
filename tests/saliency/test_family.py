"""What every saliency method keeps to; a new member of ``AnySaliency`` inherits all of it."""

import copy

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.saliency import AnySaliency
from bleedmap.constants import CLASSES
from bleedmap.saliency import explain, explain_classes
from bleedmap.saliency.explain_scan import explain_scan
from tests.members import members, names
from tests.small_swin import swin_classifier
from tests.stand_in import StandIn
from tests.waits import Asked

# more steps are more of the same
SPECS = [spec.model_copy(update={"steps": 4}) if hasattr(spec, "steps") else spec for spec in members(AnySaliency)]
every_method = pytest.mark.parametrize("spec", SPECS, ids=names(SPECS))


def sure_classifier(**change):
    """A convolutional network whose features, nowhere negative, all speak for the first class."""
    torch.manual_seed(3)
    model = build_classifier(ClassifierSpec(backbone="test_resnet", stride=8, **change))
    with torch.no_grad():
        model.head.layer.weight[0] = 1
    return model


def mil_classifier(pooling):
    """A small residual network whose features, nowhere negative, all speak for the first class."""

    def make(**change):
        torch.manual_seed(3)
        shape = {"small_resnet": {"widths": (4, 6, 8)}, "head": {"pooling": pooling}}
        model = build_classifier(ClassifierSpec(method="small_resnet", **shape, **change)).eval()
        with torch.no_grad():
            model.head.layer.weight[0] = 1
        # weights that nothing has written into since: on the meta device they count as the same
        return copy.deepcopy(model)

    return make


# what looks into a network needs a real one
NETWORKS = {
    "self_attention": swin_classifier,
    "hgi_sam": swin_classifier,
    "mil_max": mil_classifier("max"),
    "mil_attention": mil_classifier("attention"),
    "mil_attention_signed": mil_classifier("attention"),
    **dict.fromkeys(("grad_cam", "input_gradient", "guided_backprop", "integrated_gradients"), sure_classifier),
}


def network_for(spec, reach=0):
    return NETWORKS.get(spec.method, StandIn)(classes=CLASSES, reach=reach).eval()


@pytest.fixture(params=[0, 1], ids=["one slice", "with neighbours"])
def model(request, spec):
    return network_for(spec, request.param)


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
def test_no_map_of_a_scan_waits_for_a_number(spec, model):
    hu = batch(model)[:, 0].round().numpy().astype(np.int16)
    explain_scan(spec, model, hu, hu > 0)  # what is looked at once in a network
    with Asked() as asked:
        explain_scan(spec, model, hu, hu > 0)
    assert asked.found == []


@every_method
def test_an_empty_batch_has_no_maps(spec, model):
    assert len(explain(spec, model, batch(model, 0), 0)) == 0


@every_method
def test_the_classifier_is_left_as_it_was(spec, model):
    before = {name: value.clone() for name, value in model.state_dict().items()}
    explain(spec, model, batch(model), 0)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(part.grad is None for part in model.parameters())
    assert all(part.requires_grad for part in model.parameters())
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model.modules())
    assert not any(part._backward_hooks or part._backward_pre_hooks for part in model.modules())
    assert not model.training


@every_method
def test_an_error_on_the_way_leaves_the_classifier_as_it_was(spec, model):
    def fail(*_):
        raise ArithmeticError

    # the last module of all, so that everything before it has run
    handle = [*model.modules()][-1].register_forward_hook(fail) if spec.method in NETWORKS else None
    if handle is None:
        pytest.skip("no hooks in a stand-in")
    with pytest.raises(ArithmeticError):
        explain(spec, model, batch(model, 1), 0)
    handle.remove()
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model.modules())
    assert all(part.requires_grad and part.grad is None for part in model.parameters())


@every_method
def test_maps_are_made_on_the_classifiers_device(spec):
    # meta tensors have shapes and a device but no values: whatever moves to another device fails
    make = swin_classifier if spec.method == "grad_cam" else NETWORKS.get(spec.method, StandIn)
    model = make()
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

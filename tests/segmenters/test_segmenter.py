import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from bleedmap.config.segmenters import UNet2dSpec, UNet3dSpec
from bleedmap.segmenters.probabilities import probabilities
from bleedmap.segmenters.segmenter import Segmenter, load_segmenter
from bleedmap.segmenters.training_spec import training_json, training_spec

FLAT = UNet2dSpec(channels=(4, 8), residual_units=1)
DEEP = UNet3dSpec(channels=(4, 8, 8), residual_units=1, depth=4, flat_levels=1)


def network(spec):
    torch.manual_seed(0)
    return Segmenter(spec).eval()


@pytest.mark.parametrize(
    ("spec", "depth"),
    [
        *((FLAT, depth) for depth in (1, 3)),
        *((DEEP, depth) for depth in (2, 8)),
        (UNet3dSpec(channels=(4, 8, 8), depth=1, flat_levels=2), 5),
        (UNet3dSpec(channels=(4, 4, 8, 8, 8), residual_units=0, norm="batch"), 16),
    ],
)
def test_logits_have_the_depth_of_the_stack(spec, depth):
    with torch.no_grad():
        assert network(spec)(torch.zeros((2, depth, 32, 32))).shape == (2, depth, 32, 32)


@pytest.mark.parametrize(("spec", "depth"), [(FLAT, 1), (DEEP, 4), (UNet3dSpec(), 16)])
def test_a_patch_is_as_deep_as_its_network_asks(spec, depth):
    assert Segmenter(spec).patch_depth == depth


@pytest.mark.parametrize("spec", [FLAT, DEEP])
def test_a_network_on_a_coarser_plane_answers_on_the_fine_one(spec):
    coarse = network(spec.model_copy(update={"plane": 32}))
    hu = torch.rand((2, 4, 64, 64), generator=torch.Generator().manual_seed(0)) * 80
    with torch.no_grad():
        # on its own plane nothing is resampled, and weights do not know the plane
        torch.testing.assert_close(coarse(hu[:, :, :32, :32]), network(spec)(hu[:, :, :32, :32]), rtol=1e-4, atol=1e-5)
        even = torch.full((1, 4, 64, 64), 40.0)
        small = network(spec)(even[:, :, :32, :32])
        torch.testing.assert_close(coarse(even).mean(), small.mean(), rtol=1e-2, atol=1e-3)


def test_a_2d_network_sees_every_slice_alone():
    model = network(FLAT)
    hu = torch.rand((1, 3, 32, 32), generator=torch.Generator().manual_seed(0)) * 80
    with torch.no_grad():
        together = model(hu)
        alone = torch.stack([model(hu[:, [number]])[:, 0] for number in range(3)], dim=1)
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


def test_sliding_over_slices_changes_nothing_for_a_network_without_depth():
    hu = np.random.default_rng(0).integers(-20, 90, (5, 32, 32)).astype(np.int16)
    model = network(FLAT)
    with torch.no_grad():
        expected = model(torch.from_numpy(hu)[None])[0].sigmoid().numpy()
    np.testing.assert_allclose(probabilities(model, FLAT, hu), expected, atol=1e-5)


@pytest.mark.parametrize("key", ["threshold", "min_component_ml", "tta_flip", "learns"])
def test_a_key_that_acts_after_training_changes_nothing_of_the_training(key):
    value = {"threshold": 0.3, "min_component_ml": 2.0, "tta_flip": True, "learns": "cv"}[key]
    changed = DEEP.model_copy(update={key: value})
    assert training_json(changed) == training_json(DEEP)
    assert training_spec(changed) == DEEP
    assert f'"{key}"' not in training_json(changed)


@pytest.mark.parametrize("change", [{"depth": 8}, {"foreground_share": 0.1}, {"enhancement": "head"}])
def test_any_other_key_changes_the_training(change):
    changed = DEEP.model_copy(update=change)
    assert training_json(changed) != training_json(DEEP)
    assert training_spec(changed) == changed


def test_a_loaded_segmenter_gives_the_logits_of_the_saved_one(tmp_path):
    model = network(DEEP)
    save_file(model.state_dict(), tmp_path / "model", metadata={"spec": training_json(DEEP)})
    loaded = load_segmenter(tmp_path / "model").cpu()
    assert loaded.spec == DEEP
    assert not loaded.training
    hu = torch.rand((1, 4, 32, 32)) * 80
    with torch.no_grad():
        assert torch.equal(loaded(hu), model(hu))


@pytest.mark.parametrize(
    ("training", "why"),
    [({"sampler": "balanced"}, "foreground_share balances"), ({"loss": "bce"}, "name one that reads masks")],
)
def test_what_suits_classifiers_alone_is_refused(training, why):
    with pytest.raises(ValueError, match=why):
        UNet2dSpec(training=training)


def test_a_training_of_which_one_key_is_given_keeps_the_defaults_of_segmenters():
    training = UNet2dSpec(training={"epochs": 3}).training
    assert (training.batch, training.loss.method) == (4, "dice_bce")

"""What every segmenter promises."""

from typing import get_args

import numpy as np
import pytest
import torch

from bleedmap.config.segmenters import AnySegmenter, UNet3dSpec
from bleedmap.constants import CLASSES
from bleedmap.segmenters.probabilities import probabilities
from bleedmap.segmenters.segment_scan import segment_scan
from bleedmap.segmenters.segmenter import Segmenter
from tests.waits import Asked

SMALL = {"channels": (4, 8), "residual_units": 0, "width": 4, "backbone": "mobilenet_v3_large"}
MEMBERS = get_args(get_args(AnySegmenter)[0])
SPECS = {
    spec.model_fields["method"].default: spec(**{key: SMALL[key] for key in SMALL if key in spec.model_fields})
    for spec in MEMBERS
}
FLAT = {"channels": (4, 8), "residual_units": 0}
SUBTYPES = {"classes": CLASSES, "training": {"loss": "dice_ce"}}
SPECS["unet3d"] = UNet3dSpec(**FLAT, depth=4)
SPECS |= {f"{name}, subtypes": type(spec)(**{**spec.model_dump(), **SUBTYPES}) for name, spec in SPECS.items()}
SPECS["unet3d, deep"] = UNet3dSpec(channels=(4, 8, 8), residual_units=1, depth=4, flat_levels=1)
SPECS["unet3d, coarse plane"] = UNet3dSpec(**FLAT, depth=4, plane=32)

pytestmark = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)


def network(spec):
    torch.manual_seed(0)
    model = Segmenter(spec).train()
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = None  # a single batch tells all, or signals die out in a deep network without training
    with torch.no_grad():
        model(torch.from_numpy(np.stack([head(4, seed=seed) for seed in range(2)])))
    return model.eval()


def kinds(spec, count=6):
    """Shape of what there is of every voxel: a logit, or one of each of six kinds."""
    return () if len(spec.classes) == 1 else (count,)


def head(slices, size=32, seed=0):
    return np.random.default_rng(seed).integers(-1024, 200, (slices, size, size)).astype(np.int16)


@pytest.mark.parametrize("size", [32, 48])
def test_logits_have_the_shape_of_the_stack(spec, size):
    with torch.no_grad():
        logits = network(spec)(torch.from_numpy(np.stack([head(4, size), head(4, size, seed=1)])))
    assert logits.shape == (2, *kinds(spec), 4, size, size)
    assert logits.dtype == torch.float32
    assert logits.isfinite().all()


def test_nobody_waits_for_a_number(spec):
    learner, stacks = Segmenter(spec).train(), torch.from_numpy(np.stack([head(4), head(4, seed=1)]))
    with Asked() as asked:
        learner(stacks).sum().backward()
    assert asked.found == []


def test_a_stack_is_the_same_alone_and_in_a_batch(spec):
    model, stacks = network(spec), torch.from_numpy(np.stack([head(4, seed=seed) for seed in range(3)]))
    with torch.no_grad():
        together, alone = model(stacks), torch.cat([model(stack[None]) for stack in stacks])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("slices", [0, 1, 3, 4, 7])
def test_probabilities_of_a_scan_of_any_length_lie_between_0_and_1(spec, slices):
    found = probabilities(network(spec), spec, head(slices))
    assert found.shape == (slices, *kinds(spec, 5), 32, 32)
    assert found.dtype == np.float32
    assert ((found >= 0) & (found <= 1)).all()
    assert found.ndim == 3 or (found.sum(axis=1) <= 1 + 1e-6).all()


def test_the_same_scan_has_the_same_bytes(spec):
    first, again = (probabilities(network(spec), spec, head(7)) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("slices", [1, 3])
def test_a_short_scan_is_seen_as_training_sees_it_with_air_at_the_heads_end(spec, slices):
    model, hu = network(spec), head(slices)
    depth = max(slices, model.patch_depth)
    patch = np.concatenate([hu, np.full((depth - slices, 32, 32), -1024, dtype=np.int16)])
    with torch.no_grad():
        logits = model(torch.from_numpy(patch)[None])[0]
    expected = logits.sigmoid() if logits.ndim == 3 else logits.softmax(dim=0)[1:].movedim(0, 1)
    np.testing.assert_allclose(probabilities(model, spec, hu), expected[:slices].numpy(), atol=1e-5)


def test_labels_of_an_empty_scan_are_empty(spec):
    brain = np.zeros((0, 32, 32), dtype=bool)
    assert segment_scan(network(spec), spec, head(0), brain, np.zeros(0)).shape == (0, 32, 32)


def test_the_mirror_image_counts_half_in_test_time_augmentation(spec):
    model, hu = network(spec), head(5)
    mirrored = np.ascontiguousarray(hu[:, :, ::-1])
    alone = [probabilities(model, spec, hu), probabilities(model, spec, mirrored)[..., ::-1]]
    assert np.abs(alone[0] - alone[1]).max() > 1e-3
    both = probabilities(model, spec.model_copy(update={"tta_flip": True}), hu)
    np.testing.assert_allclose(both, (alone[0] + alone[1]) / 2, atol=1e-6)


def test_nothing_of_a_network_is_bound_to_a_device(spec):
    assert network(spec).to("meta")(torch.empty((1, 4, 32, 32), device="meta")).shape == (1, *kinds(spec), 4, 32, 32)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_finds_what_the_cpu_finds(spec):
    here, there = (probabilities(network(spec).to(device), spec, head(7)) for device in ("cpu", "cuda"))
    np.testing.assert_allclose(there, here, atol=1e-2)


def test_its_logits_tell_of_classes(spec):
    assert network(spec).classes == spec.classes

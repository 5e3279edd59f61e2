"""What every mask method keeps to; a new member of ``AnyMask`` inherits all of it."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from bleedmap.config.masks import AnyMask
from bleedmap.constants import CLASSES
from bleedmap.masks.mask_scan import mask_scan
from tests.members import members, names
from tests.scenes import salient
from tests.stand_in import StandIn

SPECS = members(AnyMask)
every_method = pytest.mark.parametrize("spec", SPECS, ids=names(SPECS))
FROM_MAPS = [spec for spec in SPECS if spec.READS_SALIENCY]
COUNT, SIZE = 8, 32


@pytest.fixture
def slices():
    """Slices with a bright blob each, salient there for two classes of six, in a brain that ends beside it."""
    rng = np.random.default_rng(0)
    row, column = np.mgrid[:SIZE, :SIZE]
    hu, maps = rng.integers(20, 40, (COUNT, SIZE, SIZE)), np.zeros((COUNT, len(CLASSES), SIZE, SIZE))
    for number in range(COUNT):
        distance = np.hypot(row - 12 - number, column - 16)
        hu[number][distance < 6] = rng.integers(60, 75, int((distance < 6).sum()))
        maps[number, [0, 1]] = np.clip(1.2 - distance / 12, 0, 1)
    brain = np.repeat((column < 20)[None], COUNT, axis=0)
    truth = np.where((hu > 50) & brain, 2, 0).astype(np.uint8)
    found = salient(hu, maps * brain[:, None], brain=brain, high=np.arange(1, COUNT + 1), classes=CLASSES)
    return replace(found, truth=truth, drawn=np.ones(COUNT, dtype=bool))


def made(spec, slices, reach=0):
    return mask_scan(spec, slices, None, StandIn(reach=reach) if spec.READS_SALIENCY else None)


@every_method
def test_labels_are_values_that_a_mask_may_hold(spec, slices):
    masks = made(spec, slices)
    assert masks.labels.shape == slices.hu.shape
    assert masks.labels.dtype == np.uint8
    allowed = {0, 1, 255, *(range(2, 6) if spec.TELLS_SUBTYPES else ())}
    assert set(np.unique(masks.labels)) <= allowed
    assert masks.labels.any()
    if masks.seeds is not None:
        assert masks.seeds.shape == slices.hu.shape
        assert masks.seeds.dtype == np.uint8
        assert set(np.unique(masks.seeds)) <= allowed


@every_method
def test_nothing_outside_the_brain_is_hemorrhage(spec, slices):
    assert not made(spec, slices).labels[~slices.brain].any()


@every_method
def test_a_slice_gets_the_same_mask_alone_unless_its_scan_is_the_measure(spec, slices):
    together = made(spec, slices).labels
    alone = [made(spec, slices.only(np.array([number]))).labels for number in range(COUNT)]
    np.testing.assert_array_equal(np.concatenate(alone), together)


@every_method
def test_the_same_slices_give_the_same_masks_and_are_left_as_they_were(spec, slices):
    before = {name: part.copy() for name, part in vars(slices).items() if isinstance(part, np.ndarray)}
    np.random.seed(0)  # noqa: NPY002  the global state must not matter
    once = made(spec, slices, reach=1)
    np.random.seed(1)  # noqa: NPY002
    again = made(spec, slices, reach=1)
    np.testing.assert_array_equal(once.labels, again.labels)
    assert once.notes == again.notes
    for name, part in before.items():
        np.testing.assert_array_equal(getattr(slices, name), part)


@every_method
def test_a_scan_without_slices_has_no_masks(spec, slices):
    empty = slices.only(np.array([], dtype=np.intp))
    assert made(spec, empty).labels.shape == (0, SIZE, SIZE)


@every_method
def test_where_there_is_no_brain_there_is_no_hemorrhage(spec, slices):
    nothing = np.zeros_like(slices.brain)
    bare = replace(slices, brain=nothing, truth=np.zeros_like(slices.truth), maps=np.zeros_like(slices.maps))
    assert not made(spec, bare).labels.any()


@pytest.mark.parametrize("spec", FROM_MAPS, ids=names(FROM_MAPS))
def test_a_map_of_zeros_gives_no_hemorrhage(spec, slices):
    bounds = np.zeros_like(slices.low)
    masks = made(spec, replace(slices, maps=np.zeros_like(slices.maps), low=bounds, high=bounds))
    assert not ((masks.labels > 0) & (masks.labels < 255)).any()


@pytest.mark.parametrize("spec", FROM_MAPS, ids=names(FROM_MAPS))
def test_maps_in_half_precision_as_they_are_stored_are_welcome(spec, slices):
    half = replace(slices, maps=slices.maps.astype(np.float16))
    full = replace(half, maps=half.maps.astype(np.float32))
    np.testing.assert_array_equal(made(spec, half).labels, made(spec, full).labels)


@pytest.mark.parametrize("spec", FROM_MAPS, ids=names(FROM_MAPS))
def test_the_classifier_is_asked_on_its_own_device(spec, slices):
    class Watcher(StandIn):
        devices = []  # noqa: RUF012

        def forward(self, hu):
            self.devices.append(hu.device)
            return super().forward(hu)

    model = Watcher()
    mask_scan(spec, slices, None, model)
    assert set(Watcher.devices) <= {model.weight.device}


def test_a_spec_without_method_is_refused():
    with pytest.raises(ValidationError, match="method"):
        TypeAdapter(AnyMask).validate_python({})

import numpy as np
import pytest
import torch

from bleedmap.config.saliency import CamSpec
from bleedmap.saliency import explain_scan as stage
from bleedmap.saliency.explain_scan import explain_scan
from bleedmap.saliency.explain_shard import explain_shard
from bleedmap.saliency.map_store import MapStore
from bleedmap.saliency.receptive_centres import logit_map_centres
from bleedmap.slices.store import SliceStore
from tests.saliency.placed import placed
from tests.stand_in import StandIn

SPEC = CamSpec()


@pytest.fixture
def scan():
    """HU and brain of seven slices; the brain of the last is empty."""
    hu = np.random.default_rng(0).integers(0, 80, (7, 32, 32)).astype(np.int16)
    row, column = np.mgrid[:32, :32] - 15.5
    brain = np.repeat((np.hypot(row, column) < 12)[None], 7, axis=0)
    brain[6] = False
    return hu, brain


def test_maps_are_raw_values_in_the_brain_stretched_once(scan):
    hu, brain = scan
    model = StandIn()
    found = explain_scan(SPEC, model, hu, brain)
    with torch.no_grad():
        raw = model(torch.from_numpy(hu)[:, None]).maps.relu()
    centres = logit_map_centres(model, torch.from_numpy(hu)[:, None])
    for target in range(6):
        expected = placed(raw[:, target], centres, (32, 32)).numpy() * brain
        span = found.high[:, target] - found.low[:, target]
        absolute = found.low[:, target, None, None] + found.maps[:, target] * span[:, None, None]
        np.testing.assert_allclose(absolute, expected, atol=2e-3)
        np.testing.assert_allclose(found.high[:, target], expected.max(axis=(1, 2)), rtol=1e-5)
        np.testing.assert_array_equal(found.maps[:, target].max(axis=(1, 2)), expected.max(axis=(1, 2)) > 0)


def test_a_slice_without_brain_has_an_empty_map_with_equal_bounds(scan):
    found = explain_scan(SPEC, StandIn(), *scan)
    assert not found.maps[6].any()
    assert (found.low[6] == found.high[6]).all()


def test_a_network_with_reach_is_shown_the_neighbours_within_the_scan(scan, monkeypatch):
    hu, brain = scan
    whole = explain_scan(SPEC, StandIn(reach=1), hu, brain)
    monkeypatch.setattr(stage, "BATCH", 2)
    cut = explain_scan(SPEC, StandIn(reach=1), hu, brain)
    np.testing.assert_allclose(cut.maps.astype(float), whole.maps.astype(float), atol=1e-3)
    np.testing.assert_allclose(cut.high, whole.high, rtol=1e-5)
    changed = hu.copy()
    changed[4] = 0
    other = explain_scan(SPEC, StandIn(reach=1), changed, brain)
    differs = [(other.high[number] != cut.high[number]).any() for number in range(6)]
    assert differs == [False, False, False, True, True, True]


def test_a_shard_holds_what_each_scan_gives(slice_store, tmp_path):
    model = StandIn(reach=1)
    explain_shard(SPEC, model, slice_store, tmp_path / "maps")
    with SliceStore(slice_store) as slices, MapStore(tmp_path / "maps") as maps:
        assert maps.classes == model.classes
        assert maps.attributes["resolved"] == SPEC.resolutions()
        assert maps.group["maps"].shape == (24, 6, 32, 32)
        for _, rows in slices.scans():
            expected = explain_scan(SPEC, model, slices.rows("hu", rows), slices.rows("brain", rows) > 0)
            read = maps.scan(rows)
            for name in ("maps", "low", "high"):
                np.testing.assert_array_equal(getattr(read, name), getattr(expected, name))
                assert getattr(read, name).dtype == getattr(expected, name).dtype


def test_the_same_classifier_writes_the_same_bytes(slice_store, tmp_path):
    for name in ("a", "b"):
        explain_shard(SPEC, StandIn(), slice_store, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_all_classes_are_explained_in_one_pass_of_the_network(scan):
    class Counter(StandIn):
        passes = 0

        def forward(self, hu):
            self.passes += 1
            return super().forward(hu)

    model = Counter()
    explain_scan(SPEC, model, *scan)
    assert model.passes == 1

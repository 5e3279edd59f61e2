import numpy as np
import pytest

from bleedmap.config.enhancements import HeadEqualisedSpec
from bleedmap.config.slices import WindowSpec
from bleedmap.constants import AIR_HU as AIR
from bleedmap.enhancements.head_equalised import enhance, inside_skulls

SIZE = 96
ROW, COLUMN = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
RADIUS = np.hypot(ROW, COLUMN * 1.2)


def head(rng, *, gap=False):
    """A slice: air, scalp, a skull of 1000 HU, brain of 30 HU and a bleed of 65 HU; and what is inside the skull."""
    skull = (RADIUS >= 34) & (RADIUS < 38)
    if gap:
        skull &= COLUMN < 5
    inside = RADIUS < 34
    hu = np.where(RADIUS < 42, 20, AIR) + rng.normal(0, 3, RADIUS.shape)
    hu[inside] += 10
    hu[np.hypot(ROW - 8, COLUMN + 5) < 7] = 65
    hu[skull] = 1000
    return hu.astype(np.int16), inside


@pytest.fixture
def scan():
    rng = np.random.default_rng(0)
    slices = [head(rng, gap=number == 2) for number in range(4)]
    return np.stack([hu for hu, _ in slices]), np.stack([inside for _, inside in slices])


def enhanced(spec, hu, brain=None):
    return enhance(spec, hu, np.zeros(hu.shape, dtype=bool) if brain is None else brain)


def overlap(one, other):
    return 2 * (one & other).sum() / (one.sum() + other.sum())


@pytest.mark.parametrize("equalisation", ["histogram", "clahe"])
def test_only_the_inside_of_the_skull_is_left(scan, equalisation):
    hu, inside = scan
    kept = enhanced(HeadEqualisedSpec(equalisation=equalisation), hu) > AIR
    for number in (0, 1, 3):
        assert overlap(kept[number], inside[number]) > 0.97
        assert not kept[number][RADIUS > 36].any()


def test_a_slice_whose_skull_does_not_close_takes_the_hull_of_its_neighbour(scan):
    hu, inside = scan
    kept = enhanced(HeadEqualisedSpec(), hu) > AIR
    # where its own skull is missing the neighbour's hull reaches to that one's outer edge
    assert not kept[2][RADIUS > 39].any()
    assert kept[2][inside[2]].mean() > 0.97


def test_grey_values_inside_are_spread_evenly_over_the_window(scan):
    hu, _ = scan
    window = WindowSpec(level=60, width=100)
    values = enhanced(HeadEqualisedSpec(window=window), hu)[0]
    values = values[values > AIR]
    assert values.min() >= 10
    assert values.max() <= 110
    counts = np.histogram(values, bins=4, range=(10, 110))[0] / values.size
    assert np.abs(counts - 0.25).max() < 0.08


def test_blood_stays_brighter_than_brain(scan):
    hu, inside = scan
    values = enhanced(HeadEqualisedSpec(), hu)[0]
    blood = np.hypot(ROW - 8, COLUMN + 5) < 5
    assert values[blood].mean() > values[inside[0] & (hu[0] < 45)].mean() + 20


def test_the_order_of_grey_values_is_kept(scan):
    from bleedmap.enhancements import head_equalised

    hu, _ = scan
    spec = HeadEqualisedSpec()
    smooth = np.clip(head_equalised._smoothed(spec, np.clip(hu[0], AIR, None)), 0, 80)
    values = enhanced(spec, hu)[0]
    kept = values > AIR
    order = np.argsort(smooth[kept], kind="stable")
    assert (np.diff(values[kept][order]) >= -1e-3).all()


def test_without_any_skull_the_brain_mask_is_the_head(scan):
    hu, inside = scan
    hu = np.where(inside, hu, AIR).astype(np.int16)
    kept = enhanced(HeadEqualisedSpec(), hu, brain=inside) > AIR
    np.testing.assert_array_equal(kept, inside)


def test_a_scan_without_head_is_air():
    assert (enhanced(HeadEqualisedSpec(), np.full((2, SIZE, SIZE), AIR, dtype=np.int16)) == AIR).all()


def test_blood_is_not_taken_for_skull_where_bone_is_scarce(scan):
    hu, inside = scan
    small = np.full_like(hu, AIR)
    small[:] = np.where(inside & (RADIUS < 20), hu, AIR)
    ring = (RADIUS >= 20) & (RADIUS < 21.5)
    small[:, ring] = 1000
    kept = enhanced(HeadEqualisedSpec(percentile=80), small) > AIR
    assert kept[0][np.hypot(ROW - 8, COLUMN + 5) < 5].all()


def test_the_hull_spans_dents_of_the_skull():
    ring = (RADIUS >= 30) & (RADIUS < 34)
    dent = (np.abs(COLUMN) < 3) & (ROW < -30) & (ROW > -32)
    inside = inside_skulls((ring & ~dent)[None])[0]
    assert overlap(inside, RADIUS < 30) > 0.95

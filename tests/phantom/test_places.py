"""Where each subtype lies, seen on the work grid before the scanner blurs it."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.anatomy.brain import make_brain
from bleedmap.phantom.anatomy.head import make_head
from bleedmap.phantom.anatomy.relief import carve_relief
from bleedmap.phantom.anatomy.sutures import bone_margins
from bleedmap.phantom.bleeding.bleeds import VOLUMES_ML, draw_volume_ml
from bleedmap.phantom.bleeding.blood import SHARES, blood_hu
from bleedmap.phantom.bleeding.extraaxial import VISIBLE_FROM_MM
from bleedmap.phantom.bleeding.planning import plan_bleed
from bleedmap.phantom.scanner.geometry import draw_geometry

SEEDS = range(4)
SPEC = PhantomSpec(slice_thickness_mm=6.0)


def head_of(seed):
    rng = np.random.default_rng(seed)
    head = make_head(rng, draw_geometry(rng, SPEC), 1.8)
    carve_relief(rng, head)
    return head


@pytest.fixture(scope="module")
def heads():
    """Head by seed, with its brain as it is without any mass."""
    found = {}
    for seed in SEEDS:
        head = head_of(seed)
        found[seed] = head, make_brain(np.random.default_rng(seed + 100), head, [])
    return found


@pytest.fixture(scope="module", params=SEEDS)
def grown(request, heads):
    """Share of blood by subtype in one head."""
    head, brain = heads[request.param]
    shares = {}
    for subtype in VOLUMES_ML:
        plan = plan_bleed(np.random.default_rng([request.param, subtype]), head, subtype, 1.0)
        shares[subtype] = plan.grow(head, brain)
    return head, brain, shares


def test_all_blood_lies_inside_the_inner_table(grown):
    head, _, shares = grown
    for share in shares.values():
        assert 0 <= share.min() <= share.max() <= 1
        assert not share[head.depth < -0.6].any()


def test_parenchymal_blood_leaves_ventricles_and_skull_alone(grown):
    head, brain, shares = grown
    clot = shares[1] > 0.5
    assert head.depth[clot].min() > 1
    assert brain.ventricle[clot].max(initial=0) < 0.6


def test_intraventricular_blood_lies_in_ventricles(grown):
    _, brain, shares = grown
    assert brain.ventricle[shares[2] > 0.5].min(initial=1) > 0.3


def test_intraventricular_blood_sinks_to_the_back(grown):
    head, brain, shares = grown
    lateral = (np.abs(head.mni[0]) > 6) & (head.mni[2] > -10)
    back = np.broadcast_to(head.axes[1][:, None], lateral.shape)
    room, blood = lateral & (brain.ventricle > 0.5), lateral & (shares[2] > 0.5)
    if blood.any():
        assert back[blood].mean() >= back[room].mean() - 1


def test_subarachnoid_blood_lies_in_fluid_outside_the_ventricles(grown):
    _, brain, shares = grown
    film = shares[3] > 0.5
    assert brain.fluid[film].min(initial=1) > 0.25
    assert brain.ventricle[film].max(initial=0) < 0.35


def test_subdural_blood_stays_off_the_falx(grown):
    head, _, shares = grown
    assert not (shares[4] > 0.5)[np.abs(head.mni[0]) < 1].any()


def test_epidural_blood_stays_under_one_bone_on_one_side(grown):
    head, _, shares = grown
    lens = shares[5] > 0.5
    margins, side = bone_margins(head.mni[:, lens]), np.sign(head.mni[0][lens])
    assert (margins > 0).all(axis=1).any(), "no bone holds all of it"
    assert abs(side.sum()) == len(side)


def test_blood_outside_the_brain_touches_the_inner_table(grown):
    head, _, shares = grown
    for subtype in (4, 5):
        assert head.depth[shares[subtype] > 0.5].min() < 1.5


def test_blood_is_between_30_and_90_hu(grown):
    head, _, shares = grown
    for subtype, share in shares.items():
        for seed in range(3):
            hu = blood_hu(np.random.default_rng(seed), head, subtype, share)
            assert 30 <= hu.min() <= hu.max() <= 90


@pytest.mark.parametrize("subtype", [1, 4, 5])
def test_a_subacute_bleed_is_as_dense_as_brain_at_its_margin_and_denser_inside(subtype, grown, monkeypatch):
    monkeypatch.setitem(SHARES, subtype, (0, 0, 1, 0))
    head, _, shares = grown
    clot = shares[subtype] > 0.5
    depth = distance_transform_edt(clot)
    for seed in range(3):
        hu = blood_hu(np.random.default_rng(seed), head, subtype, shares[subtype])
        margin, core = np.median(hu[depth == 1]), np.median(hu[depth > 0.8 * depth.max()])
        assert 30 < margin < 50
        assert core > margin + 10


def test_drawn_volumes_stay_in_their_ranges_and_the_published_one():
    for subtype, (median, _, smallest, largest) in VOLUMES_ML.items():
        volumes = [draw_volume_ml(np.random.default_rng(seed), subtype, 1.0) for seed in range(300)]
        assert 0.5 <= smallest <= min(volumes) <= max(volumes) <= largest <= 120
        assert np.median(volumes) == pytest.approx(median, rel=0.25)


@pytest.mark.parametrize("subtype", [1, 3])
def test_a_bleed_has_about_the_volume_it_was_planned_with(subtype, heads):
    for seed, (head, brain) in heads.items():
        planned = draw_volume_ml(np.random.default_rng([seed, subtype, 9]), subtype, 1.0)
        share = plan_bleed(np.random.default_rng([seed, subtype, 9]), head, subtype, 1.0).grow(head, brain)
        # What the sulci nearby do not hold is left out.
        assert 0.15 * planned < head.volume_ml(share) < 1.7 * planned + 8


@pytest.mark.parametrize("subtype", [4, 5])
def test_blood_against_the_skull_shows_the_volume_it_was_planned_with(subtype, heads):
    for seed, (head, brain) in heads.items():
        planned = draw_volume_ml(np.random.default_rng([seed, subtype, 9]), subtype, 1.0)
        share = plan_bleed(np.random.default_rng([seed, subtype, 9]), head, subtype, 1.0).grow(head, brain)
        shown = head.volume_ml((share > 0.5) & (head.depth > VISIBLE_FROM_MM))
        # What lies along the falx comes on top, and no clot is too thin to be drawn.
        assert 0.7 * planned < shown < 1.3 * planned + 8


def test_sutures_part_the_bones_where_anatomy_says():
    places = {
        "frontal": (30, 60, 30),
        "parietal": (45, -40, 55),
        "temporal": (68, -22, -15),
        "occipital": (20, -100, -10),
    }
    for number, place in enumerate(places.values()):
        margins = bone_margins(np.array(place, dtype=np.float32))
        assert np.argmax(margins) == number
        assert margins[number] > 0
        assert (np.delete(margins, number) < 0).all()
        np.testing.assert_allclose(margins, bone_margins(np.array(place, dtype=np.float32) * (-1, 1, 1)), atol=1e-6)

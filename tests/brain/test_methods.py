"""What every method that finds the brain itself must do, and what tells them apart."""

import numpy as np
import pytest
from scipy import ndimage

from bleedmap.brain.gates import brain_ml, flags
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import ConvexHullSpec, MuschelliSpec, SkullInteriorSpec
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

SPECS = (SkullInteriorSpec(), MuschelliSpec(), ConvexHullSpec())
# the hull of a skull takes in what lies in its dents, orbits above all
FLOORS = {"skull_interior": 0.97, "muschelli": 0.97, "convex_hull": 0.95}

every = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.method)
strict = pytest.mark.parametrize("spec", SPECS[:2], ids=lambda spec: spec.method)


@every
@pytest.mark.parametrize("index", [0, 3, 6, 10])
def test_the_brain_of_a_phantom_is_found_with_its_blood(spec, index, phantoms, dice):
    subject, volume = phantoms[index]
    mask = brain_mask(spec, volume)
    assert mask.shape == volume.hu.shape
    assert mask.dtype == np.uint8
    assert dice(mask, subject.brain) > FLOORS[spec.method]
    assert mask[subject.truth > 0].mean() > 0.99
    assert flags(spec, mask, volume) == []


@every
@pytest.mark.parametrize("hu", [65, 85, 108])
def test_thin_blood_painted_on_the_inner_table_of_a_phantom_is_inside(spec, hu, phantoms):
    subject, volume = phantoms[3]
    pixel_mm = subject.spacing[1]
    depth = np.stack([ndimage.distance_transform_edt(slice_) * pixel_mm for slice_ in subject.brain])
    blood = (depth > 0) & (depth < 4) & (np.arange(subject.hu.shape[2]) > 0.625 * subject.hu.shape[2])
    blood[subject.brain.sum(axis=(1, 2)) * pixel_mm**2 < 8000] = False
    # where bone shines through, the blood is as bright as that
    painted = np.where(blood, np.maximum(volume.hu, hu), volume.hu).astype(np.int16)
    mask = brain_mask(spec, CtVolume(painted, volume.geometry))
    seen = blood & (volume.hu < 300)
    assert seen.sum() * pixel_mm**2 > 2000
    assert mask[seen].mean() > 0.98


@every
@pytest.mark.parametrize(("thick_mm", "hu"), [(3, 60), (3, 95), (5, 115), (18, 75), (18, 120)])
def test_a_crescent_or_lens_touching_bone_is_inside_with_the_pixels_that_bone_brightens(spec, thick_mm, hu, make):
    def bleed(depth, columns):
        return np.where((depth < 0) & (depth > -thick_mm) & (columns > 40), hu, 0)

    head = make(pixel_mm=0.8, bleed=bleed)
    mask = brain_mask(spec, head.volume)
    middle = slice(5, 22)
    blood = ((head.depth < 0) & (head.depth > -thick_mm) & (np.arange(head.hu.shape[2]) > 175))[middle]
    bright = blood & (head.hu[middle] > 130)
    assert bright.sum() > 100
    assert mask[middle][blood].mean() > 0.99
    assert mask[middle][bright].mean() > 0.98


@every
def test_lengths_are_millimetres_so_pixel_size_and_slice_gap_do_not_change_the_volume(spec, make):
    volumes = [make(gap_mm, pixel_mm).volume for gap_mm, pixel_mm in ((5.0, 1.0), (5.0, 0.45), (2.0, 1.5))]
    found = [brain_ml(brain_mask(spec, volume), volume) for volume in volumes]
    assert np.ptp(found) < 0.02 * np.mean(found)


@every
def test_the_mask_does_not_depend_on_where_the_head_lies(spec, head):
    moved = CtVolume(np.roll(head.hu, (6, -8), axis=(1, 2)), head.geometry)
    mask = np.roll(brain_mask(spec, head.volume), (6, -8), axis=(1, 2))
    differing = np.logical_xor(mask, brain_mask(spec, moved)).sum()
    assert differing < 0.01 * mask.sum()


@every
def test_a_head_without_skull_is_told_from_its_background(spec, head, dice):
    hu = np.where(head.brain, np.minimum(head.hu, 60), 0).astype(np.int16)
    assert dice(brain_mask(spec, CtVolume(hu, head.geometry)), head.brain) > 0.99


@every
def test_a_scan_of_nothing_has_no_brain(spec):
    origins = np.arange(4)[:, None] * np.array([0, 0, 5.0])
    place = Geometry(origins, row_step=np.array([0, 1.0, 0]), column_step=np.array([1.0, 0, 0]))
    volume = CtVolume(np.full((4, 64, 64), -1000, dtype=np.int16), place)
    assert flags(spec, brain_mask(spec, volume), volume) == ["no-brain"]


@every
def test_bone_alone_or_noise_alone_ends_without_a_traceback(spec, head):
    rng = np.random.default_rng(0)
    for hu in (
        np.full_like(head.hu, 1000),
        rng.integers(-1024, 3071, head.hu.shape).astype(np.int16),
        np.where(head.hu > 300, head.hu, -1000).astype(np.int16),
    ):
        mask = brain_mask(spec, CtVolume(hu, head.geometry))
        assert mask.shape == hu.shape


@strict
def test_a_foramen_does_not_let_the_mask_flood_the_neck(spec, head, dice):
    hu = head.hu.copy()
    hu[:6, 130:, 90:110] = np.where(head.depth[:6, 130:, 90:110] < 12, 40, hu[:6, 130:, 90:110])
    mask = brain_mask(spec, CtVolume(hu, head.geometry))
    assert mask[~head.brain].sum() < 0.02 * head.brain.sum()
    assert dice(mask, head.brain) > 0.95


@strict
def test_a_neck_as_wide_as_the_head_is_left_out(spec, make, dice):
    head = make()
    hu, brain = head.hu.copy(), head.brain.copy()
    rows, columns = np.indices(hu.shape[1:]) - 99.5
    canal = np.hypot(rows, columns) < 11
    spine = np.hypot(rows, columns) < 19
    neck = np.hypot(rows, columns) < 70
    below = np.where(canal, 30, np.where(spine, 700, np.where(neck, 50, -1000))).astype(np.int16)
    hu[:3], brain[:3] = below, False
    hu[3:5, canal] = 30
    mask = brain_mask(spec, CtVolume(hu, head.geometry))
    assert not mask[:3].any()
    assert dice(mask, brain) > 0.95


@strict
def test_calcifications_and_air_inside_the_brain_do_not_leave_holes(spec, head):
    hu = head.hu.copy()
    hu[12:15, 95:100, 95:100], hu[12:15, 120:126, 95:100] = 400, -900
    mask = brain_mask(spec, CtVolume(hu, head.geometry))
    assert mask[12:15, 90:130, 90:105].all()


def test_a_slice_with_an_open_skull_takes_the_hull_of_the_nearest_closed_one(head):
    hu = head.hu.copy()
    hu[12, :60] = np.minimum(hu[12, :60], 30)
    mask = brain_mask(ConvexHullSpec(), CtVolume(hu, head.geometry))
    assert mask[12][head.brain[12]].mean() > 0.95


def test_a_picture_is_refused_by_the_method_that_needs_mm_and_masked_by_the_hull(head, dice):
    place = Geometry(np.zeros((1, 3)), np.array([0.0, 1, 0]), np.array([1.0, 0, 0]), in_mm=False)
    picture = CtVolume(np.clip(head.hu[13:14], 0, 80), place)
    with pytest.raises(ScanError) as refused:
        brain_mask(MuschelliSpec(), picture)
    assert refused.value.code == "no-pixel-size"
    assert dice(brain_mask(ConvexHullSpec(bone_hu=78), picture), head.brain[13:14]) > 0.9


def test_a_part_of_the_benchmark_of_pictures_is_masked_well(phantoms):
    from benchmarks.brain_pictures import EXPORTS, GOOD, judged

    rows = []
    for subject, _ in phantoms.values():
        areas = subject.brain.sum(axis=(1, 2)) * subject.spacing[1] ** 2
        slices = np.flatnonzero(areas > 7000)[::5]
        exports = [how for how in EXPORTS if how.size in (128, 224)][::7]
        for number, how in zip(slices, exports, strict=False):
            rows.append(judged(subject.hu[number], subject.brain[number], subject.spacing[1], how))
    assert len(rows) >= 12
    assert min(row["dice"] for row in rows) > 0.8
    assert np.mean([row["dice"] >= GOOD for row in rows]) > 0.9

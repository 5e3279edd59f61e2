import numpy as np
import pytest
from scipy import ndimage

from bleedmap.config.datasets import PhantomSpec
from bleedmap.constants import SUBTYPES
from bleedmap.phantom.subject import make_subject


def voxel_ml(subject):
    return float(np.prod(subject.spacing)) / 1000


def rim_distance(subject):
    """Mm to the nearest place outside the brain, seen in the slice."""
    return np.stack([ndimage.distance_transform_edt(b, sampling=subject.spacing[1:]) for b in subject.brain])


def with_subtype(subjects, bleeds, name):
    value = SUBTYPES.index(name) + 1
    return [(subject, subject.truth == value) for i, subject in subjects.items() if value in bleeds[i]]


def test_a_subject_is_the_same_every_time_and_whatever_was_made_before(spec, subjects):
    again = make_subject(spec, 3)
    for field in ("hu", "truth", "brain"):
        np.testing.assert_array_equal(getattr(again, field), getattr(subjects[3], field))


def test_a_subject_does_not_depend_on_the_size_of_its_cohort(spec, subjects):
    larger = PhantomSpec(**{**spec.model_dump(), "subjects": 500})
    np.testing.assert_array_equal(make_subject(larger, 2).hu, subjects[2].hu)


def test_other_indices_and_other_seeds_give_other_heads(spec, subjects):
    other_seed = make_subject(PhantomSpec(**{**spec.model_dump(), "seed": 2}), 0)
    for other in (subjects[1], other_seed):
        slices = min(len(subjects[0].hu), len(other.hu))
        assert np.mean(subjects[0].hu[:slices] != other.hu[:slices]) > 0.5


def test_global_random_state_is_neither_read_nor_moved(spec, subjects):
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert np.array_equal(make_subject(spec, 1).hu, subjects[1].hu)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_arrays_share_one_shape_and_keep_their_types_and_range(spec, subjects):
    for subject in subjects.values():
        assert subject.hu.shape == subject.truth.shape == subject.brain.shape
        assert subject.hu.shape[1:] == (spec.matrix, spec.matrix)
        assert 20 <= len(subject.hu) <= 70
        assert (subject.hu.dtype, subject.truth.dtype, subject.brain.dtype) == (np.int16, np.uint8, np.bool_)
        assert subject.hu.min() >= -1024
        assert subject.hu.max() <= 3071
        assert subject.spacing[1] == subject.spacing[2] == subject.geometry.field_of_view / spec.matrix


def test_brains_have_the_volume_of_brains_and_the_density_of_brains(subjects):
    for subject in subjects.values():
        assert 1050 < subject.brain.sum() * voxel_ml(subject) < 2150
        assert 24 < np.median(subject.hu[subject.brain]) < 42


def test_slices_run_from_foot_to_head_and_rows_from_front_to_back(subjects):
    forward = []
    for subject in subjects.values():
        area = subject.brain.sum(axis=(1, 2))
        assert area[-2:].sum() == 0, "the scan ends above the vertex"
        # Nose and its sinuses lie at the foot end in front.
        rows, third = np.arange(subject.hu.shape[1]), len(subject.hu) // 3
        low = subject.hu[:third, :, 40:72]
        inside = np.stack([ndimage.binary_fill_holes(found > -300) for found in subject.hu[:third]])[:, :, 40:72]
        cells = ((low < -500) & inside).sum(axis=(0, 2))
        middle = subject.brain[len(area) // 2].sum(axis=1)
        forward.append(middle @ rows / middle.sum() - cells @ rows / max(cells.sum(), 1))
    assert np.mean(np.array(forward) > 0) > 0.7


def test_all_blood_lies_inside_the_skull_and_healthy_subjects_have_none(subjects, bleeds):
    for index, subject in subjects.items():
        assert not (subject.truth > 0)[~subject.brain].any()
        assert {int(value) for value in np.unique(subject.truth)} - {0} <= set(bleeds[index])
        assert subject.truth.any() == bool(bleeds[index])


def test_every_subtype_has_a_plausible_volume(subjects, bleeds):
    for name in SUBTYPES:
        found = with_subtype(subjects, bleeds, name)
        assert found
        for subject, blood in found:
            assert 0.2 <= blood.sum() * voxel_ml(subject) <= 130


def test_blood_is_about_as_dense_as_blood(subjects):
    for subject in subjects.values():
        if subject.truth.any():
            assert 30 < np.median(subject.hu[subject.truth > 0]) < 88


@pytest.mark.parametrize("name", ["sdh", "edh"])
def test_extraaxial_blood_lies_against_the_skull_and_mostly_on_one_side(subjects, bleeds, name):
    one_sided = []
    for subject, blood in with_subtype(subjects, bleeds, name):
        rim = rim_distance(subject)
        touching = [rim[i][blood[i]].min() for i in np.flatnonzero(blood.sum(axis=(1, 2)) > 8)]
        assert np.mean(np.array(touching) < 6) > 0.9
        left = blood[:, :, : blood.shape[2] // 2].sum() / blood.sum()
        one_sided.append(min(left, 1 - left) < 0.1)
    assert np.mean(one_sided) >= (0.5 if name == "sdh" else 1)


def test_a_subdural_is_a_crescent_and_an_epidural_a_lens(subjects, bleeds):
    def width_to_depth(name):
        ratios = []
        for _, blood in with_subtype(subjects, bleeds, name):
            largest = blood[np.argmax(blood.sum(axis=(1, 2)))]
            deep = ndimage.distance_transform_edt(np.pad(largest, 1)).max()
            ratios.append(np.ptp(np.flatnonzero(largest.any(axis=1))) / deep)
        return np.mean(ratios)

    assert width_to_depth("sdh") > 1.5 * width_to_depth("edh")


def test_intraventricular_blood_lies_deep_inside_the_brain(subjects, bleeds):
    for subject, blood in with_subtype(subjects, bleeds, "ivh"):
        assert np.median(rim_distance(subject)[blood]) > 22
        columns = np.argwhere(blood)[:, 2] - (subject.hu.shape[2] - 1) / 2
        assert np.percentile(np.abs(columns) * subject.spacing[2], 90) < 42


def test_parenchymal_blood_is_a_few_clots_away_from_the_skull(subjects, bleeds):
    for subject, blood in with_subtype(subjects, bleeds, "iph"):
        assert np.median(rim_distance(subject)[blood]) > 8
        pieces, _ = ndimage.label(blood, np.ones((3, 3, 3)))
        assert np.sort(np.bincount(pieces.ravel())[1:])[-4:].sum() / blood.sum() > 0.8


def test_subarachnoid_blood_is_thin_and_scattered(subjects, bleeds):
    for subject, blood in with_subtype(subjects, bleeds, "sah"):
        inscribed = [ndimage.distance_transform_edt(b, sampling=subject.spacing[1:]).max() for b in blood]
        assert np.median([i for i in inscribed if i > 0]) < 6
        assert blood.any(axis=(1, 2)).sum() >= 3


def test_a_density_threshold_does_not_win(subjects):
    scores = []
    for subject in subjects.values():
        truth = subject.truth > 0
        if truth.any():
            dense = (subject.hu >= 50) & (subject.hu <= 90) & subject.brain
            scores.append(2 * (dense & truth).sum() / (dense.sum() + truth.sum()))
    assert 0.05 < np.mean(scores) < 0.45


def test_healthy_brains_hold_as_much_dense_tissue_as_bleeding_ones(subjects):
    def mimics(bleeding):
        return np.mean(
            [
                ((s.hu >= 50) & (s.hu <= 90) & s.brain & (s.truth == 0)).sum() * voxel_ml(s)
                for s in subjects.values()
                if s.truth.any() == bleeding
            ]
        )

    assert mimics(False) > 10
    assert 0.5 < mimics(True) / mimics(False) < 2


@pytest.mark.parametrize(("matrix", "thickness"), [(64, 10.0), (96, 2.5)])
def test_any_matrix_and_thickness_shows_the_same_bleed(subjects, bleeds, matrix, thickness):
    index = max((i for i in bleeds if bleeds[i] == (5,)), key=lambda i: (subjects[i].truth > 0).sum())
    subject = make_subject(PhantomSpec(matrix=matrix, slice_thickness_mm=thickness), index)
    expected = (subjects[index].truth > 0).sum() * voxel_ml(subjects[index])
    assert subject.spacing[0] == thickness
    assert (subject.truth > 0).sum() * voxel_ml(subject) == pytest.approx(expected, rel=0.5)

import pytest

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.bleeding.bleeds import ROUND, bleeds_of


@pytest.mark.parametrize("prevalence", [0.0, 0.25, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("seed", [0, 1, 17])
def test_every_stretch_of_the_cohort_has_the_prevalence_asked_for(prevalence, seed):
    spec = PhantomSpec(prevalence=prevalence, seed=seed)
    bleeding = [bool(bleeds_of(spec, index)) for index in range(300)]
    for start in (0, 60, 133):
        assert abs(sum(bleeding[start : start + 60]) - 60 * prevalence) <= 1


def test_subtypes_come_in_their_shares_and_some_subjects_have_two():
    spec = PhantomSpec()
    found = [bleeds for index in range(200) if (bleeds := bleeds_of(spec, index))]
    first = [bleeds[0] for bleeds in found]
    rounds = len(first) / len(ROUND)
    assert all(abs(first.count(value) - rounds * ROUND.count(value)) < ROUND.count(value) for value in range(1, 6))
    two = [bleeds for bleeds in found if len(bleeds) == 2]
    assert len(two) == pytest.approx(len(found) / 4, abs=1)
    assert all(a != b for a, b in two)
    assert {a for a, _ in two} == {1, 2, 3, 4, 5}

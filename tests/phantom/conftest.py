"""A small cohort, simulated once: every subtype, some subjects with two, some healthy."""

import pytest

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.bleeding.bleeds import bleeds_of
from bleedmap.phantom.subject import make_subject


@pytest.fixture(scope="session")
def spec():
    return PhantomSpec(subjects=16, matrix=112)


@pytest.fixture(scope="session")
def bleeds(spec):
    """Subtypes by index."""
    return {index: bleeds_of(spec, index) for index in range(spec.subjects)}


@pytest.fixture(scope="session")
def subjects(spec):
    """Subject by index; together they show every subtype."""
    return {index: make_subject(spec, index) for index in range(spec.subjects)}

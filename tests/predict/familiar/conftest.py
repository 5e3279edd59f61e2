"""Phantoms of one cohort to know, and healthy ones of another seed to judge."""

import pytest

from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.scanner.series import make_series, scan_geometry
from bleedmap.phantom.subject import make_subject
from bleedmap.predict.familiar.judge import judge
from bleedmap.predict.familiar.scan_statistics import scan_statistics
from bleedmap.predict.familiar.training_statistics import training_statistics
from bleedmap.volumes.ct_volume import CtVolume

BRAIN = SkullInteriorSpec()


def heads(seed, count, **options):
    spec = PhantomSpec(matrix=128, seed=seed, **options)
    for index in range(count):
        subject = make_subject(spec, index)
        volume = CtVolume(subject.hu, scan_geometry(make_series(seed, index, subject), subject))
        yield volume, brain_mask(BRAIN, volume)


@pytest.fixture(scope="session")
def known():
    """Ranges of ten phantom scans, two thirds of which bleed."""
    return training_statistics([scan_statistics(*head) for head in heads(2, 10)])


@pytest.fixture(scope="session")
def healthy():
    """Four healthy heads of another seed in slices of 5 mm, as most are, with their brain masks."""
    return list(heads(7, 4, prevalence=0, slice_thickness_mm=5))


@pytest.fixture
def judged(known):
    """Flags of a volume."""
    return lambda volume: judge(volume, brain_mask(BRAIN, volume), BRAIN, known)

import numpy as np
import pytest

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.cohort import write_cohort
from bleedmap.phantom.subject import make_subject
from bleedmap.volumes.hounsfield import is_hu


@pytest.fixture(scope="module")
def scans():
    spec = PhantomSpec(matrix=96, slice_thickness_mm=6.0, modality="mr", prevalence=0.8)
    return [make_subject(spec, index) for index in range(4)]


def test_infarcts_are_brighter_than_brain_and_the_only_truth(scans):
    found = [scan for scan in scans if scan.truth.any()]
    assert found
    for scan in found:
        assert set(np.unique(scan.truth)) == {0, 1}
        tissue = np.median(scan.hu[scan.brain & (scan.truth == 0)])
        assert np.median(scan.hu[scan.truth > 0]) > tissue + 25


def test_the_brain_lies_on_a_constant_background_as_a_stripped_scan_does(scans):
    for scan in scans:
        assert (scan.hu[~scan.brain] == -1024).all()
        assert 1 <= scan.hu[scan.brain].min() <= scan.hu[scan.brain].max() <= 199
        assert is_hu(scan.hu)


def test_subtype_labels_of_an_mri_say_nothing(tmp_path):
    write_cohort(PhantomSpec(matrix=64, slice_thickness_mm=10.0, modality="mr", prevalence=1.0), [0], tmp_path)
    rows = (tmp_path / "labels.csv").read_text().splitlines()[1:]
    assert all(row.endswith(",,,,,") for row in rows)
    assert {row.split(",")[3] for row in rows} == {"0", "1"}

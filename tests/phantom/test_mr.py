import numpy as np
import pytest

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.cohort import write_cohort
from tests.heads import made_head


@pytest.fixture(scope="module")
def scans():
    spec = PhantomSpec(matrix=96, slice_thickness_mm=6.0, modality="mr", prevalence=0.8)
    return [made_head(spec, index) for index in range(4)]


def test_infarcts_are_brighter_than_brain_and_the_only_truth(scans):
    found = [scan for scan in scans if scan.truth.any()]
    assert found
    for scan in found:
        assert set(np.unique(scan.truth)) == {0, 1}
        tissue = np.median(scan.hu[scan.brain & (scan.truth == 0)])
        assert np.median(scan.hu[scan.truth > 0]) > 1.4 * tissue


def test_the_brain_lies_in_a_dark_skull_and_a_bright_scalp_and_every_scanner_has_its_own_unit(scans):
    for scan in scans:
        middle = len(scan.hu) * 2 // 3
        brain, signal = scan.brain[middle], scan.hu[middle]
        outside = np.argwhere(brain.any(axis=1)).min() - np.arange(1, 12)
        column = int(np.argwhere(brain[outside[0] + 1]).mean())
        ray = signal[outside, column].astype(float) / np.median(signal[brain])
        assert ray[:5].min() < 0.4
        assert ray.max() > 0.7
    tissue = [np.median(scan.hu[scan.brain]) for scan in scans]
    assert max(tissue) > 1.5 * min(tissue)
    assert all(0 <= scan.hu.min() <= scan.hu.max() <= 4095 for scan in scans)


def test_subtype_labels_of_an_mri_say_nothing(tmp_path):
    write_cohort(PhantomSpec(matrix=64, slice_thickness_mm=10.0, modality="mr", prevalence=1.0), [0], tmp_path)
    rows = (tmp_path / "labels.csv").read_text().splitlines()[1:]
    assert all(row.endswith(",,,,,") for row in rows)
    assert {row.split(",")[3] for row in rows} == {"0", "1"}

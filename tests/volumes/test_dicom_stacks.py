"""Two stacks in one series are two volumes, or refused; one scan in several parts stays one."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from bleedmap.volumes.dicom.study import read_study

from .conftest import head_hu, tilted, write_series

EVEN = np.arange(6) * 5.0
THIN = 0.6 + np.arange(20) * 1.25
NAMELESS = {"InstanceNumber": None}


@dataclass
class Part:
    """Some slices of a series, numbered after those of the parts before it."""

    heights: np.ndarray
    tags: dict = field(default_factory=dict)
    thick: float | None = 5.0


def part(heights, thick=5.0, **tags):
    return Part(np.asarray(heights, dtype=float), tags, thick)


def read(folder, parts, **tags):
    """Volumes by their heights, and their HU; each part holds HU of its own."""
    first = 1
    for index, each in enumerate(parts):
        hu = head_hu(len(each.heights), seed=10 * index)
        kept = {"SliceThickness": each.thick, **tags, **each.tags}
        write_series(folder / str(index), hu, uid="1.2.3", heights=each.heights, first=first, **kept)
        first += len(hu)
    found, faults = read_study(sorted(folder.rglob("*.dcm")))
    return [series.volume for series in found], [fault.code for fault in faults]


def expected(parts):
    """HU of each part, slices from foot to head."""
    planes = [head_hu(len(each.heights), seed=10 * index) for index, each in enumerate(parts)]
    return [hu[np.argsort(each.heights)] for hu, each in zip(planes, parts, strict=True)]


TWO = {
    "soft and bone": [part(EVEN, ConvolutionKernel="STANDARD"), part(THIN, 1.25, ConvolutionKernel="BONE")],
    "thin and thick": [part(EVEN, **NAMELESS), part(THIN, 1.25, **NAMELESS)],
    "kernels half a gap apart": [part(EVEN, ConvolutionKernel="A"), part(EVEN + 2.5, ConvolutionKernel="B")],
    "kernels of which one lacks a slice": [
        part(EVEN[[0, 1, 3, 4, 5]], ConvolutionKernel="A"),
        part(EVEN + 2.5, ConvolutionKernel="B"),
    ],
    "kernels of unknown thickness": [part(EVEN, None, ConvolutionKernel="A"), part(EVEN + 2, None)],
    "a repeat": [part(EVEN, AcquisitionNumber=1), part(EVEN + 2.2, AcquisitionNumber=2)],
    "a repeat of the upper half": [part(EVEN, AcquisitionNumber=1), part(EVEN[3:] + 2.2, AcquisitionNumber=2)],
    "a repeat with the same acquisition": [part(EVEN), part(EVEN + 2.2)],
    "a repeat half a gap higher": [part(EVEN), part(EVEN + 2.5)],
    "a repeat told by its time": [
        part(EVEN, AcquisitionTime="101500", **NAMELESS),
        part(EVEN + 2.5, AcquisitionTime="101630.5", **NAMELESS),
    ],
    "a mean beside the slices": [
        part(EVEN, **NAMELESS),
        part(EVEN + 2.5, ImageType=["DERIVED", "SECONDARY", "AVERAGE"], **NAMELESS),
    ],
    "thin slices some of which lie where thick ones do": [part(EVEN), part(np.arange(20) * 1.25, 1.25)],
    "uneven stacks": [
        part([0, 3, 6, 9, 14, 19], ConvolutionKernel="A"),
        part(1.5 + np.array([0, 3, 6, 9, 14, 19]), ConvolutionKernel="B"),
    ],
}


@pytest.mark.parametrize("name", TWO)
def test_two_stacks_are_two_volumes(tmp_path, name):
    volumes, codes = read(tmp_path, TWO[name])
    assert codes == []
    assert sorted(len(volume.hu) for volume in volumes) == sorted(len(each.heights) for each in TWO[name])
    for volume in volumes:
        assert any(np.array_equal(volume.hu, hu) for hu in expected(TWO[name]))


def test_tilted_stacks_are_told_apart_across_their_own_slices(tmp_path):
    parts = [part(EVEN, ConvolutionKernel="A"), part(EVEN + 2.5, ConvolutionKernel="B")]
    volumes, codes = read(tmp_path, parts, orientation=tilted(18))
    assert codes == []
    assert [volume.flags for volume in volumes] == [("tilted",)] * 2


@pytest.mark.parametrize("size", [1, 3])
def test_a_repeat_in_many_acquisitions_is_one_volume_more(tmp_path, size):
    heights = np.concatenate([EVEN, EVEN + 2.2])
    steps = range(0, len(heights), size)
    parts = [part(heights[start : start + size], AcquisitionNumber=1 + start) for start in steps]
    volumes, codes = read(tmp_path, parts)
    assert codes == []
    whole = np.concatenate(expected(parts))
    assert {volume.hu.tobytes() for volume in volumes} == {whole[:6].tobytes(), whole[6:].tobytes()}


@pytest.mark.parametrize(
    "parts",
    [
        [part(EVEN, None, **NAMELESS), part(EVEN + 2.2, None, **NAMELESS)],
        [part(EVEN, **NAMELESS), part(EVEN + 2.2, **NAMELESS)],
        [part(EVEN, None, **NAMELESS), part(THIN, None, **NAMELESS)],
    ],
)
def test_stacks_that_only_their_gaps_tell_apart_are_refused(tmp_path, parts):
    assert read(tmp_path, parts) == ([], ["interleaved-stacks"])


ONE = {
    "thin below, thick above": [part(EVEN / 2, 2.5, AcquisitionNumber=1), part(EVEN + 15, AcquisitionNumber=2)],
    "gaps of 5 and 10 mm": [part([0, 5, 10, 15, 20, 30, 40, 50])],
    "two parts that meet in a seam": [
        part(np.arange(7) * 2.5, 2.5, AcquisitionNumber=1),
        part(13.1 + EVEN, AcquisitionNumber=2),
    ],
    "a rotation after the other": [part([5 * n], AcquisitionNumber=n + 1) for n in range(6)],
    "rotations downwards": [part(5 * np.arange(3) + 45 - 15 * n, AcquisitionNumber=n + 1) for n in range(4)],
    "rotations downwards, slices upwards": [part(5 * np.arange(3) + 45 - 15 * n) for n in range(4)],
    "kernels one above the other": [part(EVEN, ConvolutionKernel="A"), part(30 + EVEN, ConvolutionKernel="B")],
    "slices whose kernel is lost": [part(EVEN[[0, 1, 3, 5]], ConvolutionKernel="A"), part(EVEN[[2, 4]])],
    "a slice with another thickness": [part(EVEN[[0, 1, 2, 4, 5]]), part(EVEN[3:4], 2.5)],
    "odd slices before even ones": [part(2 * EVEN, AcquisitionNumber=1), part(5 + 2 * EVEN, AcquisitionNumber=2)],
    "overlapping slices": [part(EVEN / 2)],
    "numbers at random": [part(EVEN[[3]]), part(EVEN[[0]]), part(EVEN[[5]]), part(EVEN[[1, 2]]), part(EVEN[[4]])],
    "gaps like those of an old table": [part([0, 4.2, 9.5, 13.1, 18.9, 23.2, 28.8])],
}


@pytest.mark.parametrize("name", ONE)
def test_the_parts_of_one_scan_are_one_volume(tmp_path, name):
    (volume,), codes = read(tmp_path, ONE[name])
    assert codes == []
    heights = np.concatenate([each.heights for each in ONE[name]])
    planes = np.concatenate([head_hu(len(each.heights), seed=10 * n) for n, each in enumerate(ONE[name])])
    np.testing.assert_array_equal(volume.hu, planes[np.argsort(heights)])
    assert volume.flags in {(), ("uneven",), ("missing-slices",)}
    assert bool(volume.flags) == (np.ptp(np.diff(np.sort(heights))) > 0.1)

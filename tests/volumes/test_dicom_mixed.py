"""Whatever oddities come together in a series, its HU are right, or a word is said."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings

from bleedmap.volumes.dicom.study import read_study

from .mixed_series import CORNER, recipes, write

GAPS = {"missing-slices", "uneven"}


@given(recipe=recipes())
@settings(deadline=None, max_examples=40, derandomize=True, database=None)
def test_the_right_hu_everywhere_or_a_word(recipe):
    with tempfile.TemporaryDirectory() as folder:
        files, right = write(recipe, Path(folder))
        found, faults = read_study(files)
    volumes = [series.volume for series in found]
    codes = {fault.code for fault in faults} - {"localizer"}
    flags = {flag for volume in volumes for flag in volume.flags}
    planes = {hu.tobytes() for stack in right.hu for hu in stack.astype(np.int16)}
    assert all(plane.tobytes() in planes for volume in volumes for plane in volume.hu)
    if recipe.second == "unnamed" and recipe.intercept:
        assert "interleaved-stacks" in codes or "uneven" in flags
        return
    assert codes == right.codes
    if "no-rescale" in codes:
        assert volumes == []
        return
    told = {"a gap"} if recipe.missing or recipe.damage == "cut" else set()
    assert flags - GAPS | ({"a gap"} if flags & GAPS else set()) == right.flags | told
    assert len(volumes) == len(right.hu)
    for hu, heights in zip(right.hu, right.heights, strict=True):
        volume = next(volume for volume in volumes if np.array_equal(volume.hu, hu))
        np.testing.assert_allclose(volume.geometry.origins[:, 2], heights, atol=1e-3)
        np.testing.assert_allclose(volume.geometry.origins[:, :2], np.tile(CORNER, (len(hu), 1)), atol=1e-3)

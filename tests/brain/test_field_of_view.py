"""Fields of view that cut the head: padded or not, on one side or all around."""

from dataclasses import replace

import numpy as np
import pytest

from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.volumes.ct_volume import CtVolume

CUTS = {
    "one side": lambda rows, columns: columns > 55,
    "front and back": lambda rows, columns: np.abs(rows - 99.5) < 72,
    "round": lambda rows, columns: np.hypot(rows - 99.5, columns - 99.5) < 74,
}


@pytest.mark.parametrize("cut", CUTS)
def test_the_brain_is_found_as_far_as_a_padded_field_of_view_shows_it(head, dice, cut):
    seen = CUTS[cut](*np.indices(head.hu.shape[1:]))
    hu = np.where(seen, head.hu, -1024).astype(np.int16)
    mask = brain_mask(SkullInteriorSpec(), CtVolume(hu, head.geometry))
    assert dice(mask, head.brain & seen) > 0.97
    assert not mask[:, ~seen].any()


def test_the_brain_is_found_as_far_as_the_matrix_goes(head, dice):
    geometry = replace(head.geometry, origins=head.geometry.origins + 56 * head.geometry.column_step)
    mask = brain_mask(SkullInteriorSpec(), CtVolume(np.ascontiguousarray(head.hu[:, :, 56:]), geometry))
    assert dice(mask, head.brain[:, :, 56:]) > 0.97


def test_air_of_one_value_about_a_whole_head_is_no_edge(head):
    hu = np.where(head.hu < -500, -1024, head.hu).astype(np.int16)
    whole, clean = (brain_mask(SkullInteriorSpec(), CtVolume(values, head.geometry)) for values in (head.hu, hu))
    np.testing.assert_array_equal(clean, whole)

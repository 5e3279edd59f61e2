"""Brain masks of real heads: a template put back into a made skull, and a tilted scan."""

import numpy as np
import pytest

from bleedmap.brain.gates import brain_ml, flags
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import ConvexHullSpec, MuschelliSpec, SkullInteriorSpec
from bleedmap.volumes.dicom.study import read_study

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def template(real_data):
    """A real brain in a made skull, and where it is."""
    from benchmarks.brain import template_in_skull

    return template_in_skull(real_data, 5)


@pytest.mark.parametrize("spec", [SkullInteriorSpec(), MuschelliSpec()], ids=lambda spec: spec.method)
def test_a_template_put_back_into_a_skull_is_found_again(spec, template, dice):
    volume, brain = template
    assert dice(brain_mask(spec, volume), brain) > 0.97


def test_the_methods_agree_on_a_tilted_unevenly_spaced_scan_with_face_and_neck(real_data, dice):
    series, _ = read_study(sorted((real_data / "dicom" / "GE").iterdir()))
    volume = series[0].volume
    masks = {spec.method: brain_mask(spec, volume) for spec in (SkullInteriorSpec(), MuschelliSpec(), ConvexHullSpec())}
    assert dice(masks["skull_interior"], masks["muschelli"]) > 0.98
    assert dice(masks["skull_interior"], masks["convex_hull"]) > 0.92
    for mask in masks.values():
        assert flags(SkullInteriorSpec(), mask, volume) == []
        assert brain_ml(mask, volume) == pytest.approx(1570, rel=0.06)
    assert not masks["muschelli"][:4].any()
    assert not np.any(masks["muschelli"][:9, :100])

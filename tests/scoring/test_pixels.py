import numpy as np
import pytest

from bleedmap.scoring.overlap import Counts
from bleedmap.scoring.pixels import pixel_scores


def scores(tp, fp, fn, tn):
    counts = Counts(*(np.array(n, dtype=np.float64) for n in (tp, fp, fn)))
    return {name: float(value) for name, value in pixel_scores(counts, np.array(tn, dtype=np.float64)).items()}


def test_ten_pixels_by_hand():
    found = scores(tp=2, fp=1, fn=1, tn=6)
    assert found == pytest.approx({"pixel_accuracy": 8 / 10, "miou": (2 / 4 + 6 / 8) / 2})


def test_an_empty_mask_of_a_small_bleed_has_all_but_half_a_mean_iou():
    assert scores(tp=0, fp=0, fn=1, tn=99) == pytest.approx({"pixel_accuracy": 0.99, "miou": 0.495})


def test_where_one_of_the_two_is_in_neither_mask_there_is_no_mean_iou():
    assert scores(tp=0, fp=0, fn=0, tn=10)["pixel_accuracy"] == 1
    assert np.isnan(scores(tp=0, fp=0, fn=0, tn=10)["miou"])
    assert np.isnan(scores(tp=10, fp=0, fn=0, tn=0)["miou"])

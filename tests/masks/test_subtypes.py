"""Algorithm 1 of paper 003, on maps worked out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bleedmap.config.masks import SubtypesSpec
from bleedmap.constants import CLASSES
from bleedmap.masks.called import holds_subtype, told_classes
from bleedmap.masks.subtypes import make_masks
from bleedmap.splits.roles import read_roles
from tests.scenes import salient

LEVELS = SubtypesSpec(levels={"iph": 50, "ivh": 100, "sah": 100, "sdh": 100, "edh": 100})


def one_row(told=None, **maps):
    """Labels of a slice of one row, from the maps of some classes."""
    heat = np.zeros((1, 6, 1, 3))
    for name, values in maps.items():
        heat[0, CLASSES.index(name), 0] = np.array(values) / 255
    slices = replace(salient(np.zeros((1, 1, 3)), heat, classes=CLASSES), told=told)
    return make_masks(LEVELS, slices, None).labels[0, 0].tolist()


def told(*names):
    return np.array([[name in names for name in CLASSES]])


def test_a_pixel_has_the_class_whose_map_is_highest_above_its_own_level():
    # above 50 iph; 120 sah is higher; of 90 iph and 100 edh only iph is above its level
    assert one_row(iph=[51, 119, 90], sah=[0, 120, 0], edh=[0, 0, 100]) == [1, 3, 1]


def test_where_no_map_is_above_its_level_there_is_background():
    assert one_row(iph=[50, 50, 50], sah=[100, 99, 0], edh=[100, 0, 0]) == [0, 0, 0]


def test_a_class_that_the_slice_does_not_hold_has_no_pixel_and_hides_none():
    assert one_row(told("any", "iph"), iph=[60, 60, 0], sah=[200, 0, 200]) == [1, 1, 0]


def test_maps_of_any_class_and_equal_maps():
    assert one_row(any=[255, 255, 255], iph=[0, 150, 0], edh=[0, 150, 0]) == [0, 1, 0]


@pytest.mark.parametrize(
    ("subject", "told_by", "expected"),
    [
        ("trained", "classifier", [[0, 1], [0, 0]]),  # labels of training subjects
        ("tested", "classifier", [[1, 0], [0, 1]]),  # scores of test subjects, each class by its own threshold
        ("tested", "labels", [[0, 1], [0, 0]]),
        ("nobody", "labels", [[0, 0], [0, 0]]),
    ],
)
def test_a_class_is_told_by_label_or_by_score_against_its_own_threshold(tmp_path, subject, told_by, expected):
    roles = pd.DataFrame({"subject": ["trained", "tested"], "fold": [0, 0], "role": ["train", "test"]})
    roles.to_csv(tmp_path / "roles.csv", index=False)
    rows = [("any", 0, 1, 0.9), ("iph", 0, 1, 0.6), ("any", 1, 0, 0.1), ("iph", 1, 0, 0.8)]
    scores = pd.DataFrame(rows, columns=["class", "slice", "label", "score"]).assign(subject=subject)
    scores.loc[0, "label"] = 0
    scores.loc[3, "label"] = 0
    found = told_classes(
        SubtypesSpec(told_by=told_by), scores, read_roles(tmp_path / "roles.csv", 0), {"any": 0.5, "iph": 0.7}
    )
    assert found.astype(int).tolist() == expected
    assert holds_subtype(found).tolist() == [row[1] == 1 for row in expected]

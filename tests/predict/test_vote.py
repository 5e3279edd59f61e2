import numpy as np

from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.predict.member import GridFound
from bleedmap.predict.vote import vote


def member(labels, probability=None, slices=None):
    """What a fold finds in a scan of one slice of one row."""
    return GridFound(
        np.array([[labels]], dtype=np.uint8),
        None if probability is None else np.array([[probability]], dtype=np.float32),
        None if slices is None else np.array([slices]),
    )


def test_one_fold_is_taken_as_it_is():
    one = member([0, 1, UNKNOWN_VOXEL], [0.1, 0.7, 0.2])
    assert vote([one]) is one


def test_a_voxel_is_what_more_than_half_of_the_folds_find():
    assert vote([member([0, 1, 1, 1]), member([0, 0, 1, 1]), member([0, 0, 0, 1])]).labels.tolist() == [[[0, 0, 1, 1]]]
    # half of them is not enough, and who does not know does not vote for
    assert vote([member([0, 1]), member([1, UNKNOWN_VOXEL])]).labels.tolist() == [[[0, 0]]]


def test_of_subtypes_the_one_with_most_votes_is_taken_and_the_first_of_equal_ones():
    found = vote([member([2, 5, 3]), member([2, 4, 0]), member([1, 5, 4])])
    assert found.labels.tolist() == [[[2, 5, 3]]]


def test_probabilities_are_averaged():
    found = vote([member([0, 0], [0.2, 0.5], 0.9), member([0, 0], [0.4, 1.0], 0.5)])
    np.testing.assert_allclose(found.probability, [[[0.3, 0.75]]], rtol=1e-6)
    np.testing.assert_allclose(found.slice_probability, [0.7])
    assert found.probability.dtype == np.float32


def test_a_row_without_networks_has_no_probability():
    found = vote([member([1]), member([1])])
    assert (found.probability, found.slice_probability) == (None, None)

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from bleedmap.faithfulness.randomisation import rank_correlation, shuffled


def test_a_shuffled_network_has_the_same_weights_in_another_order_and_the_first_is_left_alone(classifier):
    before = {name: value.clone() for name, value in classifier.state_dict().items()}
    forgetful = shuffled(classifier, seed=1)
    assert all(torch.equal(value, before[name]) for name, value in classifier.state_dict().items())
    moved = 0
    for own, other in zip(classifier.parameters(), forgetful.parameters(), strict=True):
        assert torch.equal(own.flatten().sort().values, other.flatten().sort().values)
        moved += not torch.equal(own, other)
    assert moved > 5
    assert not forgetful.training


def test_the_seed_alone_decides_the_order(classifier):
    torch.manual_seed(0)
    one = list(shuffled(classifier, seed=1).parameters())
    torch.manual_seed(1)
    again, other = (list(shuffled(classifier, seed=seed).parameters()) for seed in (1, 2))
    assert all(torch.equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.fixture
def maps():
    return np.random.default_rng(0).random((3, 8, 8))


INSIDE = np.zeros((3, 8, 8), dtype=bool)
INSIDE[:, 2:6, 1:7] = True


def test_a_map_is_one_with_itself_and_minus_one_with_its_reverse(maps):
    np.testing.assert_allclose(rank_correlation(maps, maps**3, INSIDE), 1)
    np.testing.assert_allclose(rank_correlation(maps, 1 - maps, INSIDE), -1)


def test_it_is_spearmans_correlation_over_the_brain_alone(maps):
    other = np.random.default_rng(1).random(maps.shape)
    tied = other.round(1)
    expected = [spearmanr(maps[n][INSIDE[n]], tied[n][INSIDE[n]]).statistic for n in range(3)]
    tied[~INSIDE] = 5
    np.testing.assert_allclose(rank_correlation(maps, tied, INSIDE), expected)


def test_a_map_that_is_the_same_everywhere_agrees_with_none_and_two_of_them_say_nothing(maps):
    flat = np.zeros_like(maps)
    assert rank_correlation(maps, flat, INSIDE).tolist() == rank_correlation(flat, maps, INSIDE).tolist() == [0, 0, 0]
    assert np.isnan(rank_correlation(flat, flat + 1, INSIDE)).all()

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from bleedmap.faithfulness.randomisation import randomisation, rank_correlation, shuffled


def test_a_shuffled_network_has_the_same_magnitudes_in_another_order_and_the_first_is_left_alone(classifier):
    before = {name: value.clone() for name, value in classifier.state_dict().items()}
    forgetful = shuffled(classifier, seed=1)
    assert all(torch.equal(value, before[name]) for name, value in classifier.state_dict().items())
    moved = 0
    for own, other in zip(classifier.parameters(), forgetful.parameters(), strict=True):
        assert torch.equal(own.abs().flatten().sort().values, other.abs().flatten().sort().values)
        moved += not torch.equal(own, other)
        if own.ndim == 1:  # scales and offsets of normalisation keep their signs
            assert torch.equal(own.sort().values, other.sort().values)
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


def test_a_map_that_is_the_same_everywhere_has_no_correlation(maps):
    flat = np.zeros_like(maps)
    for one, other in ((maps, flat), (flat, maps), (flat, flat + 1)):
        assert np.isnan(rank_correlation(one, other, INSIDE)).all()


def test_the_mean_is_over_networks_that_leave_a_map(maps):
    flat, reverse = np.zeros_like(maps), 1 - maps
    np.testing.assert_allclose(randomisation(maps, [maps, reverse], INSIDE), 0, atol=1e-12)
    np.testing.assert_allclose(randomisation(maps, [maps, flat, maps], INSIDE), 1)
    # lost in all of them: nothing in common
    assert randomisation(maps, [flat, flat], INSIDE).tolist() == [0, 0, 0]
    # nothing to lose
    assert np.isnan(randomisation(flat, [maps], INSIDE)).all()


def test_logit_maps_of_a_head_that_is_negative_on_the_whole_are_not_blank_in_every_shuffled_network():
    head = torch.nn.Conv2d(64, 1, 1, bias=False)
    torch.nn.init.constant_(head.weight, -1)
    features = torch.rand((1, 64, 4, 4), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        alive = [bool((shuffled(head, seed)(features) > 0).any()) for seed in range(10)]
    assert 3 <= sum(alive) <= 9

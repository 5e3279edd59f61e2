import pytest
import torch

from bleedmap.classifiers import gap, lse
from bleedmap.config.classifiers import GapHead, LseHead


@pytest.fixture
def evidence():
    return torch.randn((3, 5, 7), generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 4


def test_lse_tends_to_the_maximum_as_r_grows(evidence):
    torch.testing.assert_close(lse.pool(LseHead(r=1e5), evidence), evidence.amax(dim=(1, 2)), rtol=0, atol=1e-3)


def test_lse_tends_to_the_mean_as_r_goes_to_zero(evidence):
    torch.testing.assert_close(lse.pool(LseHead(r=1e-6), evidence), evidence.mean(dim=(1, 2)), rtol=0, atol=1e-4)


def test_lse_lies_between_mean_and_maximum_and_rises_with_r(evidence):
    steps = torch.stack([lse.pool(LseHead(r=r), evidence) for r in (0.5, 1, 3, 6)])
    assert (steps.diff(dim=0) > 0).all()
    assert (steps > evidence.mean(dim=(1, 2))).all()
    assert (steps < evidence.amax(dim=(1, 2))).all()


@pytest.mark.parametrize("r", [0.1, 3, 6])
def test_the_gradient_of_lse_sums_to_one(evidence, r):
    evidence.requires_grad_()
    (gradient,) = torch.autograd.grad(lse.pool(LseHead(r=r), evidence).sum(), evidence)
    torch.testing.assert_close(gradient.sum(dim=(1, 2)), torch.ones(3, dtype=torch.float64))


def test_lse_survives_evidence_whose_exponential_would_overflow():
    huge = torch.full((1, 4, 4), 500.0)
    assert lse.pool(LseHead(r=6), huge).item() == pytest.approx(500.0)


def test_gap_is_the_mean(evidence):
    torch.testing.assert_close(gap.pool(GapHead(), evidence), evidence.mean(dim=(1, 2)))

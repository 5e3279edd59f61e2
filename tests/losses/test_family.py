"""What every loss promises."""

from pathlib import Path

import pytest
import torch

import bleedmap.losses
from bleedmap.losses.build import build_loss
from tests.losses.members import LOSSES, hide, targets_of, truth_of, wrap
from tests.waits import Asked


@pytest.fixture(params=LOSSES.values(), ids=LOSSES)
def spec(request):
    return request.param


def noise(shape, seed=1):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * 3


def loss_of(spec, logits, targets):
    return build_loss(spec)(wrap(spec, logits), targets)


def test_it_is_one_finite_number_above_zero(spec):
    targets = targets_of(spec)
    value = loss_of(spec, noise(truth_of(spec, targets).shape), targets)
    assert value.shape == ()
    assert value.isfinite()
    assert value > 0


def test_nobody_waits_for_a_number(spec):
    targets = targets_of(spec)
    loss, logits = build_loss(spec), noise(truth_of(spec, targets).shape).requires_grad_()
    with Asked() as asked:
        loss.weight(targets)
        loss(wrap(spec, logits), targets).backward()
    assert asked.found == []


def test_it_is_finite_for_the_most_wrong_of_predictions(spec):
    targets = targets_of(spec)
    assert loss_of(spec, -1e4 * (2 * truth_of(spec, targets) - 1), targets).isfinite()


def test_a_perfect_prediction_costs_nothing(spec):
    targets = targets_of(spec)
    assert loss_of(spec, 50 * (2 * truth_of(spec, targets) - 1), targets).item() == pytest.approx(0, abs=1e-5)


def test_a_step_against_its_gradient_lowers_it(spec):
    targets = targets_of(spec)
    logits = noise(truth_of(spec, targets).shape).requires_grad_()
    value = loss_of(spec, logits, targets)
    (gradient,) = torch.autograd.grad(value, logits)
    assert (gradient != 0).all()
    assert loss_of(spec, logits - 0.1 * gradient, targets) < value


def test_what_is_unknown_changes_nothing(spec):
    targets = targets_of(spec)
    shape = truth_of(spec, targets).shape
    unknown = torch.rand(shape, generator=torch.Generator().manual_seed(2)) < 0.4
    hidden = hide(spec, targets, unknown)
    logits = noise(shape).requires_grad_()
    other = torch.where(unknown, noise(shape, seed=3), logits.detach())
    value = loss_of(spec, logits, hidden)
    assert value.item() == loss_of(spec, other, hidden).item()
    (gradient,) = torch.autograd.grad(value, logits)
    assert (gradient[unknown] == 0).all()
    assert (gradient[~unknown] != 0).all()


def test_it_is_the_loss_of_what_is_known_alone(spec):
    # the last sample is unknown: the loss is that of the others
    targets = targets_of(spec)
    logits = noise(truth_of(spec, targets).shape)
    last = torch.zeros_like(logits, dtype=torch.bool)
    last[-1] = True
    others = {name: target[:-1] for name, target in targets.items()}
    torch.testing.assert_close(loss_of(spec, logits, hide(spec, targets, last)), loss_of(spec, logits[:-1], others))


def test_where_nothing_is_known_there_is_nothing_to_learn(spec):
    targets = targets_of(spec)
    logits = noise(truth_of(spec, targets).shape).requires_grad_()
    value = loss_of(spec, logits, hide(spec, targets, torch.ones_like(logits, dtype=torch.bool)))
    assert value.item() == pytest.approx(0, abs=1e-6)
    (gradient,) = torch.autograd.grad(value, logits)
    assert (gradient == 0).all()


def test_a_mean_over_batches_by_its_weights_is_finite_and_counts_what_is_known(spec):
    targets = targets_of(spec)
    loss = build_loss(spec)
    truth = truth_of(spec, targets)
    assert loss.weight(targets) == truth.numel()
    first = torch.zeros_like(truth, dtype=torch.bool)
    first.view(-1)[0] = True
    assert loss.weight(hide(spec, targets, first)) == truth.numel() - 1


def test_every_loss_is_under_contract_and_in_the_table_of_contents():
    files = sorted(Path(bleedmap.losses.__file__).parent.glob("*.py"))
    assert {file.stem for file in files if "\ndef build(" in file.read_text()} == {
        spec.method for spec in LOSSES.values()
    }
    assert [file.stem for file in files if f"``{file.stem}``" not in bleedmap.losses.__doc__] == ["__init__"]

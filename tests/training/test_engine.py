import math

import pytest
import torch
from torch import Tensor, nn

from bleedmap.config.training import TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.training.engine import fit, make_deterministic

PLAIN = TrainingSpec(epochs=12, patience=3, optimizer="sgd", learning_rate=0.05, weight_decay=0, schedule="constant")


class OneWeight(nn.Module):
    """Gives its only weight, whatever comes in."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, inputs: Tensor) -> Tensor:
        return self.weight.expand(len(inputs))


class PullingApart:
    """Training pulls the weight to 3, validation likes 1 best: overfitting in its simplest form."""

    def __init__(self, training=3.0, validation=1.0):
        self._targets = training, validation

    def training(self, epoch):
        yield torch.zeros(4, 1), torch.full((4,), self._targets[0])

    def validation(self):
        yield torch.zeros(4, 1), torch.full((4,), self._targets[1])

    def steps(self):
        return 1


class Numbers:
    """Noisy samples of a line, shuffled by (seed, epoch)."""

    def __init__(self, seed):
        self._seed = seed
        self._x = torch.linspace(-1, 1, 24)[:, None]

    def training(self, epoch):
        generator = torch.Generator().manual_seed(1000 * self._seed + epoch)
        for rows in torch.randperm(24, generator=generator).split(5):
            yield self._x[rows], 2 * self._x[rows] + 1

    def validation(self):
        yield self._x, 2 * self._x + 1

    def steps(self):
        return 5


def train_line(seed):
    make_deterministic(seed, 1)
    network = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
    return fit(network, nn.MSELoss(), Numbers(seed), TrainingSpec(epochs=4, learning_rate=0.02))


def test_the_same_seed_gives_the_same_bits():
    one, two = train_line(1), train_line(1)
    assert all(torch.equal(one.weights[name], two.weights[name]) for name in one.weights)
    assert one.history.equals(two.history)


def test_another_seed_gives_another_network():
    one, two = train_line(1), train_line(2)
    assert not torch.equal(one.weights["0.weight"], two.weights["0.weight"])
    assert not one.history.equals(two.history)


def test_training_lowers_the_loss():
    history = train_line(1).history
    assert history["validation_loss"].iloc[-1] < 0.5 * history["validation_loss"].iloc[0]


def test_the_best_epochs_weights_are_kept_and_not_the_last():
    model = OneWeight()
    trained = fit(model, nn.MSELoss(), PullingApart(), PLAIN)
    losses = trained.history["validation_loss"]
    assert trained.best_epoch == losses.idxmin() < len(losses) - 1
    assert (trained.weights["weight"] - 1).item() ** 2 == pytest.approx(losses.min(), rel=1e-5)
    assert (model.weight - 1).item() ** 2 == pytest.approx(losses.iloc[-1], rel=1e-5)


def test_training_stops_when_patience_runs_out():
    trained = fit(OneWeight(), nn.MSELoss(), PullingApart(), PLAIN)
    assert len(trained.history) == trained.best_epoch + 1 + PLAIN.patience < PLAIN.epochs


def test_training_goes_on_while_the_loss_falls():
    slow = PLAIN.model_copy(update={"learning_rate": 0.005})
    trained = fit(OneWeight(), nn.MSELoss(), PullingApart(validation=3.0), slow)
    assert len(trained.history) == slow.epochs
    assert trained.best_epoch == slow.epochs - 1


@pytest.mark.parametrize("where", [{"training": math.nan}, {"training": math.inf}, {"validation": math.nan}])
def test_a_loss_that_is_no_number_ends_as_one_sentence(where):
    with pytest.raises(TrainingError, match=r"not a number in epoch 1\b") as caught:
        fit(OneWeight(), nn.MSELoss(), PullingApart(**where), PLAIN)
    assert caught.value.code == "diverged"


def test_the_cosine_schedule_rises_then_falls_to_zero():
    spec = PLAIN.model_copy(update={"schedule": "cosine", "epochs": 40, "patience": 40})
    rates = fit(OneWeight(), nn.MSELoss(), PullingApart(), spec).history["learning_rate"]
    assert rates[0] == pytest.approx(0.025)  # half-way up a warm-up of two steps
    assert rates.max() == pytest.approx(0.05)
    assert (rates[2:].diff().dropna() <= 0).all()
    assert rates.iloc[-1] < 0.01 * rates.max()

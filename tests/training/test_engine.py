import math

import pytest
import torch
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.config.losses import BceSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.losses.build import build_loss
from bleedmap.training.engine import fit, make_deterministic
from bleedmap.training.metrics import Auroc
from bleedmap.training.resume import Resume
from bleedmap.training.schedule import build_optimizer, build_schedule
from tests.training.toys import Plain, squared

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
        yield torch.zeros(4, 1), {"values": torch.full((4,), self._targets[0])}

    def validation(self):
        yield torch.zeros(4, 1), {"values": torch.full((4,), self._targets[1])}

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
            yield self._x[rows], {"values": 2 * self._x[rows] + 1}

    def validation(self):
        yield self._x, {"values": 2 * self._x + 1}

    def steps(self):
        return 5


def train_line(seed):
    make_deterministic(seed, 1)
    network = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
    return fit(network, squared(), Numbers(seed), TrainingSpec(epochs=4, learning_rate=0.02))


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
    trained = fit(model, squared(), PullingApart(), PLAIN)
    losses = trained.history["validation_loss"]
    assert trained.best_epoch == losses.idxmin() < len(losses) - 1
    assert (trained.weights["weight"] - 1).item() ** 2 == pytest.approx(losses.min(), rel=1e-5)
    assert (model.weight - 1).item() ** 2 == pytest.approx(losses.iloc[-1], rel=1e-5)


def test_training_stops_when_patience_runs_out():
    trained = fit(OneWeight(), squared(), PullingApart(), PLAIN)
    assert len(trained.history) == trained.best_epoch + 1 + PLAIN.patience < PLAIN.epochs


def test_training_goes_on_while_the_loss_falls():
    slow = PLAIN.model_copy(update={"learning_rate": 0.005})
    trained = fit(OneWeight(), squared(), PullingApart(validation=3.0), slow)
    assert len(trained.history) == slow.epochs
    assert trained.best_epoch == slow.epochs - 1


@pytest.mark.parametrize("where", [{"training": math.nan}, {"training": math.inf}, {"validation": math.nan}])
def test_a_loss_that_is_no_number_ends_as_one_sentence(where):
    with pytest.raises(TrainingError, match=r"not a number in epoch 1\b") as caught:
        fit(OneWeight(), squared(), PullingApart(**where), PLAIN)
    assert caught.value.code == "diverged"


def test_the_cosine_schedule_rises_then_falls_to_zero():
    spec = PLAIN.model_copy(update={"schedule": "cosine", "epochs": 40, "patience": 40})
    rates = fit(OneWeight(), squared(), PullingApart(), spec).history["learning_rate"]
    assert rates[0] == pytest.approx(0.025)  # half-way up a warm-up of two steps
    assert rates.max() == pytest.approx(0.05)
    assert (rates[2:].diff().dropna() <= 0).all()
    assert rates.iloc[-1] < 0.01 * rates.max()


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [1, 1, 1, 1, 1, 1]),
        ("step", [0.5, 1, 0.1, 0.1, 0.01, 0.01]),
        ("poly", [0.5, 1, 1, 0.75, 0.5, 0.25]),
        ("cosine", [0.5, 1, 1, (2 + 2**0.5) / 4, 0.5, (2 - 2**0.5) / 4]),
    ],
)
def test_a_schedule_gives_the_rates_of_its_formula(schedule, expected):
    # one step an epoch, a warm-up of two
    spec = PLAIN.model_copy(
        update={
            "schedule": schedule,
            "epochs": 6,
            "patience": 6,
            "warm_up": 1 / 3,
            "step_epochs": (2, 4),
            "poly_power": 1.0,
        }
    )
    rates = fit(OneWeight(), squared(), PullingApart(), spec).history["learning_rate"] / 0.05
    assert rates.tolist() == pytest.approx(expected)


@pytest.mark.parametrize("schedule", ["poly", "cosine"])
def test_a_schedule_that_falls_has_come_to_zero_when_the_training_ends(schedule):
    spec = PLAIN.model_copy(update={"schedule": schedule, "epochs": 4, "warm_up": 0.25})
    optimizer = build_optimizer(OneWeight(), spec)
    steering = build_schedule(optimizer, spec, steps=5)
    for _ in range(4 * 5):
        optimizer.step()
        steering.step()
    assert steering.get_last_lr() == pytest.approx([0], abs=1e-12)


def test_without_warm_up_the_first_step_has_the_full_rate():
    spec = PLAIN.model_copy(update={"schedule": "cosine", "warm_up": 0.0})
    assert fit(OneWeight(), squared(), PullingApart(), spec).history["learning_rate"][0] == pytest.approx(0.05)


def test_the_moving_average_lags_behind_the_weights_and_is_what_is_kept():
    spec = PLAIN.model_copy(update={"ema": 0.9, "epochs": 3})
    model = OneWeight()
    kept = fit(model, squared(), PullingApart(validation=3.0), spec).weights["weight"].item()
    weight, velocity, average = 0.0, 0.0, None
    for _ in range(3):
        velocity = 0.9 * velocity + 2 * (weight - 3)
        weight -= 0.05 * velocity
        average = weight if average is None else 0.9 * average + 0.1 * weight
    assert model.weight.item() == pytest.approx(weight, rel=1e-5)
    assert kept == pytest.approx(average, rel=1e-5)


def test_clipping_bounds_the_step():
    spec = PLAIN.model_copy(update={"clip_norm": 0.1, "epochs": 1})
    model = OneWeight()
    fit(model, squared(), PullingApart(training=1000.0), spec)
    assert model.weight.item() == pytest.approx(0.05 * 0.1, rel=1e-4)


class Labelled:
    """Slices that are all alike to a blind network; the brightness of half of them is their label."""

    def __init__(self, count=400):
        self._labels = torch.arange(float(count)) % 2
        noise = torch.rand(count, generator=torch.Generator().manual_seed(0))
        self._x = torch.stack([self._labels + noise, noise], dim=1)

    def training(self, epoch):
        yield self._x, {"labels": self._labels[:, None]}

    def validation(self):
        for x, labels in zip(self._x.split(64), self._labels.split(64), strict=True):
            yield x, {"labels": labels[:, None]}

    def steps(self):
        return 1


class OneColumn(nn.Module):
    """A linear network that sees one of the two columns, or none."""

    def __init__(self, column):
        super().__init__()
        self._column = column
        self.weight, self.bias = nn.Parameter(torch.ones(())), nn.Parameter(torch.zeros(()))

    def forward(self, x):
        seen = torch.zeros(len(x)) if self._column is None else x[:, self._column]
        return SliceOutput((seen * self.weight + self.bias)[:, None])


def train_labelled(column, **settings):
    spec = PLAIN.model_copy(update=settings)
    return fit(OneColumn(column), build_loss(BceSpec()), Labelled(), spec, metric=Auroc(("any",)))


def test_a_network_that_gives_one_output_for_all_is_refused():
    with pytest.raises(TrainingError) as caught:
        train_labelled(None, epochs=1)
    assert caught.value.code == "constant-output"


def test_a_network_at_chance_is_refused_also_when_it_is_read_back(tmp_path):
    for _ in range(2):
        with pytest.raises(TrainingError, match="AUROC of at most") as caught:
            spec = PLAIN.model_copy(update={"epochs": 6})
            resume = Resume(tmp_path / "model", "key")
            fit(OneColumn(1), build_loss(BceSpec()), Labelled(), spec, metric=Auroc(("any",)), resume=resume)
        assert caught.value.code == "at-chance"


def test_a_network_at_chance_is_kept_where_the_config_says_so():
    assert len(train_labelled(1, epochs=6, collapse_auroc=None).history) == 6


def test_the_best_epoch_may_be_that_of_the_best_metric():
    class Worsening(Auroc):
        """Falls from epoch to epoch, whatever comes in."""

        def __init__(self):
            super().__init__(("any",))
            self._left = 1.0

        def values(self):
            self._left -= 0.1
            return {"auroc": self._left}

    spec = PLAIN.model_copy(update={"monitor": "metric"})
    trained = fit(OneColumn(0), build_loss(BceSpec()), Labelled(), spec, metric=Worsening())
    assert trained.best_epoch == 0
    assert len(trained.history) == 1 + spec.patience
    by_loss = train_labelled(0)
    assert by_loss.best_epoch == PLAIN.epochs - 1
    assert by_loss.history["validation_auroc"].iloc[-1] > 0.9


def test_any_loss_of_torch_will_do_also_of_several_classes():
    class Classes(Labelled):
        def training(self, epoch):
            yield self._x, {"values": self._labels.long()}

        validation = lambda self: self.training(0)  # noqa: E731

    history = fit(nn.Linear(2, 3), Plain(nn.CrossEntropyLoss()), Classes(), PLAIN).history
    assert history["train_loss"].iloc[-1] < history["train_loss"].iloc[0]


class Sparse(Labelled):
    """Sequences with ever fewer known labels; a batch of many counts more than one of few."""

    def validation(self):
        for start, known in ((0, 40), (40, 3), (80, 0)):
            labels = torch.full((4, 10, 1), math.nan)
            labels.view(-1)[:known] = self._labels[start : start + known]
            yield self._x[start : start + 40].reshape(4, 10, 2), {"labels": labels}


class OfSequences(OneColumn):
    def forward(self, x):
        return SliceOutput(super().forward(x.reshape(-1, 2)).logits.reshape(*x.shape[:-1], 1))


def test_the_validation_loss_weighs_known_slices_and_not_sequences():
    network, data = OfSequences(0), Sparse()
    spec = PLAIN.model_copy(update={"epochs": 1, "collapse_auroc": None})
    trained = fit(network, build_loss(BceSpec()), data, spec)
    network.load_state_dict(trained.weights)
    with torch.no_grad():
        logits = network(torch.cat([data._x[:40], data._x[40:43]])).logits[:, 0]
    labels = torch.cat([data._labels[:40], data._labels[40:43]])
    expected = nn.functional.binary_cross_entropy_with_logits(logits, labels).item()
    assert trained.history["validation_loss"].item() == pytest.approx(expected, rel=1e-5)


def test_of_several_classes_the_history_tells_each():
    class Two(Labelled):
        def training(self, epoch):
            yield self._x, {"labels": torch.stack([self._labels, 1 - self._labels], dim=1)}

        validation = lambda self: self.training(0)  # noqa: E731

    class TwoLogits(nn.Linear):
        def forward(self, x):
            return SliceOutput(super().forward(x))

    make_deterministic(0, 1)
    history = fit(TwoLogits(2, 2), build_loss(BceSpec()), Two(), PLAIN, metric=Auroc(("any", "iph"))).history
    columns = ["validation_loss", "validation_auroc", "validation_auroc_any", "validation_auroc_iph", "learning_rate"]
    assert list(history.columns)[2:] == columns
    mean = (history["validation_auroc_any"] + history["validation_auroc_iph"]) / 2
    assert history["validation_auroc"].tolist() == pytest.approx(mean.tolist())

import io
from contextlib import redirect_stderr

import pytest
import torch
from torch import nn

from bleedmap.config.training import TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.training.engine import fit, make_deterministic
from bleedmap.training.resume import Resume
from tests.training.toys import squared

SPEC = TrainingSpec(epochs=6, patience=6, learning_rate=0.02, ema=0.8, clip_norm=0.5)


class PlugPulledError(Exception):
    """What happens to the machine."""


class Line:
    """Noisy samples of a line, shuffled by epoch; the plug is pulled in the middle of an epoch."""

    def __init__(self, pull_in=None):
        self._x = torch.linspace(-1, 1, 24)[:, None]
        self._pull_in = pull_in
        self.seen = []

    def training(self, epoch):
        self.seen.append(epoch)
        order = torch.randperm(24, generator=torch.Generator().manual_seed(epoch))
        for number, rows in enumerate(order.split(5)):
            if epoch == self._pull_in and number == 2:
                raise PlugPulledError
            yield self._x[rows], {"values": 2 * self._x[rows] + 1}

    def validation(self):
        yield self._x, {"values": 2 * self._x + 1}

    def steps(self):
        return 5


def train(resume, batches=None, spec=SPEC):
    make_deterministic(1, 1)
    layers = [nn.Linear(1, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Tanh(), nn.Linear(8, 1)]
    return fit(nn.Sequential(*layers), squared(), batches or Line(), spec, seed=5, resume=resume)


def place(folder, key="key"):
    return Resume(folder / "model.safetensors", key)


def checkpoints(folder):
    return sorted(folder.rglob("*.pt"))


def assert_equal(one, two):
    assert one.history.equals(two.history)
    assert one.best_epoch == two.best_epoch
    assert all(torch.equal(one.weights[name], two.weights[name]) for name in two.weights)


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd"])
@pytest.mark.parametrize("schedule", ["cosine", "poly", "step", "constant"])
def test_a_training_cut_short_twice_ends_with_the_bits_of_the_unbroken_one(optimizer, schedule, tmp_path):
    spec = SPEC.model_copy(update={"optimizer": optimizer, "schedule": schedule, "step_epochs": (2, 4)})
    for pull_in in (1, 4):
        with pytest.raises(PlugPulledError):
            train(place(tmp_path), Line(pull_in), spec)
    rest = Line()
    assert_equal(train(place(tmp_path), rest, spec), train(None, spec=spec))
    assert rest.seen == [4, 5]


def test_dropout_draws_anew_in_every_epoch_and_with_every_seed():
    class Record(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.masks = nn.Parameter(torch.ones(())), []

        def forward(self, x):
            self.masks.append(nn.functional.dropout(torch.ones(50), training=True))
            return x * self.weight

    masks = []
    for seed in (1, 1, 2):
        model = Record()
        fit(model, squared(), Line(), SPEC.model_copy(update={"ema": None}), seed=seed)
        masks.append(torch.stack(model.masks[::6]))
    assert torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[0], masks[2])
    assert len(masks[0].unique(dim=0)) == len(masks[0])


def test_random_numbers_after_a_training_do_not_depend_on_it(tmp_path):
    model = nn.Linear(1, 1)
    torch.manual_seed(3)
    expected = torch.rand(4)
    for _ in range(2):  # trained the first time, read back the second
        torch.manual_seed(3)
        fit(model, squared(), Line(), SPEC, resume=place(tmp_path))
        assert torch.equal(torch.rand(4), expected)


def test_a_training_that_has_ended_is_read_back_and_not_repeated(tmp_path):
    first = train(place(tmp_path))
    again = Line()
    assert_equal(train(place(tmp_path), again), first)
    assert again.seen == []


def test_each_phase_has_a_state_of_its_own(tmp_path):
    resume = place(tmp_path)
    train(resume.phase("one"))
    batches = Line()
    train(resume.phase("two"), batches)
    assert batches.seen[0] == 0
    assert len(checkpoints(tmp_path)) == 2


def test_only_the_last_state_is_kept_until_the_model_is_in_place(tmp_path):
    resume = place(tmp_path)
    train(resume)
    assert [file.name[:12] for file in checkpoints(tmp_path)] == ["epoch-000005"]
    train(place(tmp_path, "an older key"))
    resume.clear()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [lambda whole: whole[:-200], lambda whole: whole[:-900] + b"?" + whole[-899:]])
def test_a_damaged_state_is_left_out_with_one_line(damage, tmp_path):
    with pytest.raises(PlugPulledError):
        train(place(tmp_path), Line(3))
    (file,) = checkpoints(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    told, batches = io.StringIO(), Line()
    with redirect_stderr(told):
        trained = train(place(tmp_path), batches)
    assert told.getvalue().count("damaged checkpoint") == 1
    assert batches.seen[0] == 0
    assert_equal(trained, train(None))


def test_a_stop_file_ends_the_training_after_the_epoch_and_its_removal_lets_it_go_on(tmp_path):
    class Asks(Line):
        def validation(self):
            if len(self.seen) == 2:
                (tmp_path / "stop").touch()
            yield from super().validation()

    with pytest.raises(TrainingError, match="before epoch 3") as caught:
        train(place(tmp_path), Asks())
    assert caught.value.code == "stopped"
    with pytest.raises(TrainingError, match="before epoch 3"):
        train(place(tmp_path))
    (tmp_path / "stop").unlink()
    rest = Line()
    assert_equal(train(place(tmp_path), rest), train(None))
    assert rest.seen == [2, 3, 4, 5]


def key_of(tmp_path, **change):
    data = tmp_path / "data"
    data.write_bytes(change.pop("content", b"slices"))
    said = {"spec": "{}", "code": "abc", "seed": 1, "threads": 1, "fold": 0} | change
    return Resume.of(tmp_path / "m", data=[data], **said)._key


@pytest.mark.parametrize(
    "change",
    [{"content": b"other"}, {"spec": '{"batch":2}'}, {"code": "abd"}, {"seed": 2}, {"threads": 2}, {"fold": 1}],
)
def test_whatever_decides_the_result_decides_the_key(change, tmp_path):
    assert key_of(tmp_path, **change) != key_of(tmp_path) == key_of(tmp_path)

"""The training of every network: epochs, validation, early stopping, best weights, history, exact resume.

Order and augmentation are functions of (seed, epoch, index) and PyTorch's own draws (dropout) of (seed, epoch), so a
training that goes on from the state after an epoch ends with the same bits as one that was never cut short. Several
processes may share each batch (``processes``); what they do together is in ``together``.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from bleedmap.config.training import TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.losses.loss import Loss
from bleedmap.training import together
from bleedmap.training.collapse import diverged, refuse_chance, refuse_constant
from bleedmap.training.learner import Learner
from bleedmap.training.metrics import Metric
from bleedmap.training.progress import Progress
from bleedmap.training.resume import Resume, stopped
from bleedmap.training.together import Batch


class Batches(Protocol):
    """Training data in batches: inputs, and targets by name (``labels``, ``masks``, ``seeds``); on the GPU if any.

    Of several processes each makes its own part of every batch (``together.shared``).
    """

    def training(self, epoch: int) -> Iterator[Batch]:
        """Batches of one epoch, in an order that depends on the epoch alone."""

    def validation(self) -> Iterator[Batch]:
        """All validation data, in a fixed order."""

    def steps(self) -> int:
        """Training batches of an epoch."""


@dataclass(frozen=True)
class Trained:
    """What a training leaves behind.

    Args:
        weights: state of the best epoch, on the CPU.
        history: a row an epoch: epoch, train_loss, validation_loss, what the metric tells if there is one,
            learning_rate.
        best_epoch: epoch with the best monitored value.
        notes: what else the manifest should say, such as what the first weights were taken from.
    """

    weights: dict[str, Tensor]
    history: pd.DataFrame
    best_epoch: int
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Course:
    """How a training has gone so far; all of it stands in the checkpoint."""

    rows: list[dict[str, float]] = field(default_factory=list)
    best: float = -math.inf
    best_epoch: int = -1
    best_is_constant: bool = False
    skills: list[float | None] = field(default_factory=list)
    weights: dict[str, Tensor] = field(default_factory=dict)

    def is_over(self, spec: TrainingSpec) -> bool:
        """Whether patience has run out."""
        return bool(self.rows) and len(self.rows) - 1 - self.best_epoch >= spec.patience


def make_deterministic(seed: int, threads: int) -> None:
    """Fix everything outside the loop that could change a bit: first weights, kernels, number of threads.

    Args:
        seed: of PyTorch's draws.
        threads: CPU threads of all processes that share the training.
    """
    torch.set_num_threads(max(1, threads // together.count()))
    torch.manual_seed(seed)
    # without it, products of matrices on a GPU may differ in their last bits from run to run
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())
    # with them torch would fill all memory before it is written to: measured, a tenth of a training on a CPU
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def fit(
    model: nn.Module,
    loss: Loss,
    batches: Batches,
    spec: TrainingSpec,
    *,
    seed: int = 0,
    metric: Metric | None = None,
    resume: Resume | None = None,
) -> Trained:
    """Train until the monitored value stops getting better.

    Args:
        model: called with a batch's inputs; afterwards it holds the weights of the last epoch.
        loss: of the model's output and the batch's targets.
        batches: training and validation data.
        spec: length, optimiser, patience.
        seed: with the epoch, it decides PyTorch's own draws, such as dropout.
        metric: what else to tell of the validation data, and perhaps to stop by.
        resume: where the state after each epoch is kept; None: nowhere.

    Raises:
        TrainingError: the loss is no longer a number, the network has learned nothing, the GPU is out of memory, or
            a stop file asks for the end.
    """
    # callers that train twice draw the same first weights whether or not the first training was read back
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        learner, course = Learner(model, loss, spec, batches.steps()), _Course()
        state = resume.load() if resume else None
        if state:
            learner.load(state["learner"])
            course = _Course(**state["course"])
        progress = Progress(spec, batches.steps(), len(course.rows))
        for epoch in range(len(course.rows), spec.epochs):
            if course.is_over(spec):
                break
            if resume and together.from_first([resume.stop_is_asked()])[0]:
                raise stopped(epoch)
            _epoch(learner, batches, spec, metric, course, progress, seed)
            if resume and together.rank() == 0:
                resume.save({"learner": learner.state(), "course": dict(vars(course))}, epoch)
            together.wait()
    refuse_constant(course.best_epoch, is_constant=course.best_is_constant)
    skills = [skill for skill in course.skills if skill is not None]
    if skills and len(skills) == len(course.rows):
        refuse_chance(skills, spec.collapse_auroc)
    return Trained(weights=course.weights, history=pd.DataFrame(course.rows), best_epoch=course.best_epoch)


def _epoch(
    learner: Learner,
    batches: Batches,
    spec: TrainingSpec,
    metric: Metric | None,
    course: _Course,
    progress: Progress,
    seed: int,
) -> None:
    epoch, rate = len(course.rows), learner.rate
    torch.manual_seed(int(np.random.SeedSequence([seed, epoch, together.rank()]).generate_state(1)[0]))
    train_loss = _train(learner, batches, epoch, progress)
    validation_loss = _validate(learner, batches, metric)
    told = {} if metric is None else metric.values()
    train_loss, validation_loss, *reached = together.from_first([train_loss, validation_loss, *told.values()])
    row = {"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss}
    row |= {f"validation_{name}": value for name, value in zip(told, reached, strict=True)}
    course.rows.append({**row, "learning_rate": rate})
    course.skills.append(None if metric is None else metric.skill())
    if not math.isfinite(train_loss + validation_loss):
        raise diverged(epoch)
    monitored = -validation_loss if spec.monitor == "validation_loss" else _monitored(reached)
    if monitored > course.best:
        course.best, course.best_epoch, course.weights = monitored, epoch, learner.weights()
        course.best_is_constant = metric is not None and metric.is_constant()
    progress.epoch(row, f"best {abs(course.best):.4f} at {course.best_epoch + 1}")


def _train(learner: Learner, batches: Batches, epoch: int, progress: Progress) -> float:
    """Mean loss of an epoch, over all that its loss is a mean of."""
    learner.begin_epoch()
    total, weights = learner.zero(), learner.zero()
    for inputs, targets in batches.training(epoch):
        value, weight = learner.step(inputs, targets)
        total += value.double() * weight
        weights += weight
        progress.step(epoch, inputs, value)
    return together.mean(total, weights)


def _validate(learner: Learner, batches: Batches, metric: Metric | None) -> float:
    """Mean loss of the validation data, weighed in the same way; the metric takes the outputs in."""
    if metric is not None:
        metric.reset()
    total, weights = learner.zero(), learner.zero()
    for inputs, targets in batches.validation():
        value, weight, outputs, known = learner.judge(inputs, targets)
        total += value.double() * weight
        weights += weight
        if metric is not None:
            metric.add(outputs, known)
    if metric is not None:
        metric.join(together.from_all(metric.collected()))
    return together.mean(total, weights)


def _monitored(reached: list[float]) -> float:
    if not reached or math.isnan(reached[0]):
        raise TrainingError(
            "no-metric",
            found="no metric to stop by: the validation data lack one of the two classes",
            expected="both",
            remedy="set training.monitor to validation_loss, or let more subjects validate",
        )
    return reached[0]

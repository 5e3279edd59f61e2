"""Training of a slice classifier in one fold: a loop over the phases that its network defines."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.init_from import init_from as take_weights
from bleedmap.classifiers.join_phases import join_phases
from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.operating_point import OperatingPoints
from bleedmap.classifiers.phase import Phase
from bleedmap.classifiers.scan_batches import ScanBatches
from bleedmap.classifiers.scan_classifier import highest_logits
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.components import load
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.losses.build import build_loss
from bleedmap.slices.training_set import TrainingSet
from bleedmap.splits.roles import Roles
from bleedmap.training import together
from bleedmap.training.engine import Batches, Trained, fit, make_deterministic
from bleedmap.training.processes import only_the_first_process_goes_on
from bleedmap.training.resume import Resume


def train_classifier(
    spec: ClassifierSpec,
    slices: Sequence[Path],
    roles: Roles,
    *,
    seed: int,
    threads: int,
    resume: Resume | None = None,
    init_from: Path | None = None,
    sequence: Path | None = None,
    dataset: str | None = None,
) -> tuple[Trained, OperatingPoints]:
    """Train on the fold's training slices or scans, stop and choose the operating points on its validation ones.

    Of several processes that share the training, the first alone comes back.

    Args:
        spec: network and training.
        slices: slice stores of the data set it learns on.
        roles: of the fold it learns in.
        seed: seed of weights, order and augmentation.
        threads: CPU threads; results are the same for the same number of them.
        resume: where the state after each epoch is kept; None: nowhere.
        init_from: trained classifier whose weights it goes on from.
        sequence: where to keep the LSTM of a classifier with context.
        dataset: name of the data set, for a classifier with windows for it.

    Raises:
        ConfigError: there is no such network, or its pretrained weights cannot be read.
        TrainingError: there is nothing to learn from, or a training has failed.
    """
    make_deterministic(seed, threads)
    model = build_classifier(spec, pretrained=init_from is None).look_at(dataset)
    phases: list[Phase] = load(spec).phases(model, spec)
    if init_from is not None and not _take(model, init_from) and len(phases) > 1:
        phases = [phase for phase in phases if not phase.is_start]
    with TrainingSet(slices) as data:
        role = roles.of(data.table["subject"])
        judged = _judged(spec, data, role, seed)
        done = {}
        for phase in phases:
            done[phase.name] = _train(phase, data, role, seed, resume)
            if phase.keep is not None and sequence is not None and together.rank() == 0:
                phase.keep(done[phase.name].weights, sequence)
        trained = join_phases(done, _cpu_weights(model))
        only_the_first_process_goes_on()
        return replace(trained, notes=model.notes), _operating_points(model, judged)


def _take(model: SliceClassifier, path: Path) -> bool:
    """Go on from another classifier's weights; whether some are left as they were."""
    taken = take_weights(model, path)
    model.note_weights("init_from", taken)
    return bool(taken.left)


def _train(phase: Phase, data: TrainingSet, role: NDArray[np.str_], seed: int, resume: Resume | None) -> Trained:
    """One phase, from the first weights of what it adds to its best epoch's weights."""
    torch.manual_seed(seed)
    network = phase.network()
    batches = phase.batches(data, role, seed)
    trained = fit(
        network,
        build_loss(phase.spec.loss, batches.negatives_per_positive()),
        batches,
        phase.spec,
        seed=seed,
        metric=None if phase.metric is None else phase.metric(),
        resume=resume.phase(phase.name) if resume else None,
    )
    network.load_state_dict(trained.weights)
    return trained


def _cpu_weights(model: nn.Module) -> dict[str, Tensor]:
    """A network's state, as it is written to a file."""
    return {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}


def _judged(spec: ClassifierSpec, data: TrainingSet, role: NDArray[np.str_], seed: int) -> Batches:
    """What the operating points are chosen on; without validation data of both kinds no training begins."""
    if spec.labels == "scan":
        return ScanBatches(data, role, spec, seed)
    return SliceBatches(data, role, spec.training, seed, spec.classes, spec.reach)


def _operating_points(model: SliceClassifier, batches: Batches) -> OperatingPoints:
    model.eval()
    device = next(model.parameters()).device
    judge = partial(highest_logits, model) if model.spec.labels == "scan" else lambda hu: model(hu).logits
    scores, labels = [], []
    with torch.inference_mode():
        for hu, targets in batches.validation():
            scores.append(judge(hu.to(device)).sigmoid().cpu().numpy())
            labels.append(targets["labels"].cpu().numpy())
    return OperatingPoints.choose(model.classes, np.concatenate(scores), np.concatenate(labels))

"""Training of a slice classifier in one fold."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from bleedmap.classifiers.context import cpu_weights, join_phases, refit_head, tune_with_context
from bleedmap.classifiers.operating_point import OperatingPoint
from bleedmap.classifiers.sequence_classifier import save_sequence
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.provenance.tables import read_table
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.engine import Trained, fit, make_deterministic
from bleedmap.training.losses import build_loss
from bleedmap.training.metrics import Auroc
from bleedmap.training.resume import Resume
from bleedmap.training.roles import roles


def train_classifier(
    spec: ClassifierSpec,
    slices: Sequence[Path],
    folds: Path,
    fold: int,
    count: int,
    *,
    seed: int,
    threads: int,
    resume: Resume | None = None,
    start: Path | None = None,
    sequence: Path | None = None,
) -> tuple[Trained, OperatingPoint]:
    """Train on the fold's training slices, stop and choose the operating point on its validation slices.

    With context there are up to three phases (spec 2.2): ``slices``, left out where the weights come from another
    classifier; ``context``, with an LSTM; ``head``, without it. What is left is a plain slice classifier.

    Args:
        spec: network and training.
        slices: slice stores of the training data set.
        folds: table of subjects and parts.
        fold: number of the fold.
        count: number of parts.
        seed: seed of weights, order and augmentation.
        threads: CPU threads; results are the same for the same number of them.
        resume: where the state after each epoch is kept; None: nowhere.
        start: trained classifier to go on from.
        sequence: where to keep the LSTM of a classifier with context.
    """
    make_deterministic(seed, threads)
    model = SliceClassifier(spec, pretrained=spec.pretrained and start is None)
    if start is not None:
        model.load_state_dict(load_file(start))
    with TrainingSet(slices) as data:
        role = roles(data.table, read_table(folds), fold, count).to_numpy()
        batches = SliceBatches(data, role, spec.training, seed)
        phases: dict[str, Trained] = {}
        if start is None or spec.context is None:
            loss = build_loss(spec.training, default="bce", negatives_per_positive=batches.negatives_per_positive())
            place = _place(resume, "slices")
            phases["slices"] = fit(model, loss, batches, spec.training, seed=seed, metric=Auroc(), resume=place)
            model.load_state_dict(phases["slices"].weights)
        if spec.context is not None:
            phases["context"] = tune_with_context(model, spec.context, data, role, seed, _place(resume, "context"))
            if sequence is not None:
                save_sequence(phases["context"].weights, spec.context, sequence)
            if spec.context.head == "refit":
                phases["head"] = refit_head(model, spec.context, data, role, seed, _place(resume, "head"))
        trained = phases["slices"] if spec.context is None else join_phases(phases, cpu_weights(model))
        return trained, _operating_point(model, batches)


def _place(resume: Resume | None, phase: str) -> Resume | None:
    return resume.phase(phase) if resume else None


def _operating_point(model: SliceClassifier, batches: SliceBatches) -> OperatingPoint:
    model.eval()
    device = next(model.parameters()).device
    scores, labels = [], []
    with torch.inference_mode():
        for hu, targets in batches.validation():
            scores.append(model(hu.to(device)).sigmoid().cpu().numpy())
            labels.append(targets.numpy())
    return OperatingPoint.choose(np.concatenate(scores), np.concatenate(labels).astype(int))

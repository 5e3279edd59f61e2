"""Training of a slice classifier in one fold."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from bleedmap.classifiers.operating_point import OperatingPoint
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
) -> tuple[Trained, OperatingPoint]:
    """Train on the fold's training slices, stop and choose the operating point on its validation slices.

    Args:
        spec: network and training.
        slices: slice stores of the training data set.
        folds: table of subjects and parts.
        fold: number of the fold.
        count: number of parts.
        seed: seed of weights, order and augmentation.
        threads: CPU threads; results are the same for the same number of them.
        resume: where the state after each epoch is kept; None: nowhere.
    """
    make_deterministic(seed, threads)
    model = SliceClassifier(spec, pretrained=spec.pretrained)
    with TrainingSet(slices) as data:
        role = roles(data.table, read_table(folds), fold, count).to_numpy()
        batches = SliceBatches(data, role, spec.training, seed)
        loss = build_loss(spec.training, default="bce", negatives_per_positive=batches.negatives_per_positive())
        trained = fit(model, loss, batches, spec.training, seed=seed, metric=Auroc(), resume=resume)
        model.load_state_dict(trained.weights)
        return trained, _operating_point(model, batches)


def _operating_point(model: SliceClassifier, batches: SliceBatches) -> OperatingPoint:
    model.eval()
    device = next(model.parameters()).device
    scores, labels = [], []
    with torch.inference_mode():
        for hu, targets in batches.validation():
            scores.append(model(hu.to(device)).sigmoid().cpu().numpy())
            labels.append(targets.numpy())
    return OperatingPoint.choose(np.concatenate(scores), np.concatenate(labels).astype(int))

"""Training of a slice classifier with context: LSTM on, backbone tuned, LSTM off, head put back (spec 2.2)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bleedmap.classifiers.sequence_batches import SequenceBatches
from bleedmap.classifiers.sequence_classifier import SequenceClassifier, known_cross_entropy
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.classifiers import LstmContext
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.engine import Trained, fit
from bleedmap.training.losses import build_loss
from bleedmap.training.metrics import Auroc
from bleedmap.training.resume import Resume


class OnFrozenBackbone(nn.Module):
    """A slice classifier of which only the head learns; the backbone's batch norm stays in evaluation mode."""

    def __init__(self, classifier: SliceClassifier) -> None:
        super().__init__()
        self.classifier = classifier
        classifier.backbone.requires_grad_(False)

    def train(self, mode: bool = True) -> "OnFrozenBackbone":
        """Training mode for the head."""
        super().train(mode)
        self.classifier.backbone.eval()
        return self

    def forward(self, hu: Tensor) -> Tensor:
        """(B, H, W) HU to (B,) logits."""
        logits: Tensor = self.classifier(hu)
        return logits


def tune_with_context(
    classifier: SliceClassifier,
    spec: LstmContext,
    data: TrainingSet,
    roles: NDArray[np.str_],
    seed: int,
    resume: Resume | None = None,
) -> Trained:
    """Train LSTM and backbone together; the classifier's backbone is left at the best epoch's weights.

    Args:
        classifier: trained on single slices.
        spec: the LSTM and its training.
        data: slices of all shards.
        roles: role of every row of ``data.table`` in the fold.
        seed: seed of the LSTM's first weights, order and augmentation.
        resume: where the state after each epoch is kept; None: nowhere.

    Returns:
        Weights of a ``SequenceClassifier``.
    """
    torch.manual_seed(seed)
    network = SequenceClassifier(classifier, spec)
    batches = SequenceBatches(data, roles, spec, seed)
    trained = fit(network, known_cross_entropy, batches, spec.training, seed=seed, resume=resume)
    network.load_state_dict(trained.weights)
    return trained


def refit_head(
    classifier: SliceClassifier,
    spec: LstmContext,
    data: TrainingSet,
    roles: NDArray[np.str_],
    seed: int,
    resume: Resume | None = None,
) -> Trained:
    """Train the head on the tuned backbone, which stays as it is; arguments as for ``tune_with_context``.

    Returns:
        Weights of an ``OnFrozenBackbone``.
    """
    torch.manual_seed(seed)
    network = OnFrozenBackbone(classifier)
    batches = SliceBatches(data, roles, spec.refit, seed)
    loss = build_loss(spec.refit, default="bce", negatives_per_positive=batches.negatives_per_positive())
    trained = fit(network, loss, batches, spec.refit, seed=seed, metric=Auroc(), resume=resume)
    network.load_state_dict(trained.weights)
    return trained


def cpu_weights(model: nn.Module) -> dict[str, Tensor]:
    """A network's state, as it is written to a file."""
    return {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}


def join_phases(phases: Mapping[str, Trained], weights: Mapping[str, Tensor]) -> Trained:
    """Trainings that followed each other as one: their epochs are counted on, and a column says which phase it was.

    Args:
        phases: name and result of each, in order.
        weights: those that are kept in the end.
    """
    histories, before = [], 0
    for name, trained in phases.items():
        best_epoch = before + trained.best_epoch
        histories.append(trained.history.assign(epoch=trained.history["epoch"] + before, phase=name))
        before += len(trained.history)
    return Trained(weights=dict(weights), history=pd.concat(histories, ignore_index=True), best_epoch=best_epoch)

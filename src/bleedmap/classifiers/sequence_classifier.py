"""A slice classifier that sees its neighbours: an LSTM over the pooled features of a scan's slices (spec 2.2)."""

from collections.abc import Mapping
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from bleedmap.classifiers.slice_classifier import SliceClassifier, load_classifier
from bleedmap.config.classifiers import LstmContext
from bleedmap.provenance.atomic import atomic_path
from bleedmap.slices.windows import apply_windows

BACKBONE = "backbone."


class SequenceClassifier(nn.Module):
    """One logit a slice, from the slice and those around it (Ramananda and Sundaresan 2023).

    Args:
        classifier: its backbone is used and trained in place; its head is left alone.
        spec: the LSTM.
    """

    def __init__(self, classifier: SliceClassifier, spec: LstmContext) -> None:
        super().__init__()
        self.backbone = classifier.backbone
        self._windows = classifier.spec.windows
        self.lstm = nn.LSTM(
            self.backbone.channels, spec.hidden, spec.layers, batch_first=True, bidirectional=spec.bidirectional
        )
        self.output = nn.Linear(spec.hidden * (2 if spec.bidirectional else 1), 1)

    def forward(self, hu: Tensor) -> Tensor:
        """(B, S, H, W) HU, slices foot to head and NaN after a sequence's last, to (B, S) logits, 0 where padded."""
        is_slice = ~hu[:, :, 0, 0].isnan()
        # padding never enters the backbone, for it would count in the statistics of batch norm
        features = self.backbone(apply_windows(hu[is_slice], self._windows)).mean(dim=(2, 3))
        sequences = features.new_zeros((*is_slice.shape, features.shape[1]))
        sequences[is_slice] = features
        lengths = is_slice.sum(dim=1).cpu()
        packed = pack_padded_sequence(sequences, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=is_slice.shape[1])
        logits: Tensor = self.output(states)[..., 0] * is_slice
        return logits


def known_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Binary cross-entropy over the slices whose target is known.

    Args:
        logits: (B, S).
        targets: (B, S), 0 or 1, NaN where padded or without a label.
    """
    known = ~targets.isnan()
    return F.binary_cross_entropy_with_logits(logits[known], targets[known])


def save_sequence(weights: Mapping[str, Tensor], spec: LstmContext, path: Path) -> None:
    """Keep what the final slice classifier has no place for.

    Args:
        weights: state of a ``SequenceClassifier``; the backbone's part is left out.
        spec: the LSTM; it travels inside the file.
        path: safetensors file to write.
    """
    kept = {name: value for name, value in weights.items() if not name.startswith(BACKBONE)}
    with atomic_path(path) as temporary:
        save_file(kept, temporary, metadata={"spec": spec.to_json()})


def load_sequence_classifier(model: Path, sequence: Path) -> SequenceClassifier:
    """The network with its LSTM, for looking at; masks and maps come from the slice classifier alone.

    Args:
        model: the final slice classifier, which has the tuned backbone.
        sequence: what ``save_sequence`` wrote beside it.
    """
    with safe_open(sequence, framework="pt") as file:
        spec = LstmContext.from_json(file.metadata()["spec"])
    classifier = load_classifier(model)
    network = SequenceClassifier(classifier, spec)
    network.load_state_dict(load_file(sequence), strict=False)
    return network.eval().to("cuda" if torch.cuda.is_available() else "cpu")

"""A slice classifier that sees its neighbours: an LSTM over the pooled features of a scan's slices (spec 2.2)."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import save
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.config.classifiers import LstmContext
from bleedmap.provenance.atomic import atomic_path
from bleedmap.slices.windows import apply_windows

if TYPE_CHECKING:
    from bleedmap.classifiers.backbone import BackboneClassifier

BACKBONE = "backbone."


class SequenceClassifier(nn.Module):
    """A logit a class and slice, from the slice and those around it (Ramananda and Sundaresan 2023).

    Args:
        classifier: its backbone is used and trained in place; its head is left alone.
        spec: the LSTM.
    """

    def __init__(self, classifier: "BackboneClassifier", spec: LstmContext) -> None:
        super().__init__()
        self.backbone = classifier.backbone
        self._windows, self._reach = classifier.windows, classifier.reach
        self.lstm = nn.LSTM(
            self.backbone.channels, spec.hidden, spec.layers, batch_first=True, bidirectional=spec.bidirectional
        )
        self.output = nn.Linear(spec.hidden * (2 if spec.bidirectional else 1), len(classifier.classes))

    def forward(self, hu: Tensor) -> SliceOutput:
        """Logits of every slice of some sequences.

        Args:
            hu: (B, reach + S + reach, H, W) HU, slices foot to head with the neighbours of the first and the last, NaN
                after a sequence's end.

        Returns:
            (B, S, K) logits, 0 where padded; no maps.
        """
        is_slice = ~hu[:, 2 * self._reach :, 0, 0].isnan()
        # (B, S, 2 reach + 1, H, W); padding never enters the backbone, for it would count in batch norm's statistics
        stacks = hu.unfold(1, 2 * self._reach + 1, 1).movedim(-1, 2)[is_slice]
        features = self.backbone(apply_windows(stacks, self._windows).flatten(1, 2)).mean(dim=(2, 3))
        sequences = features.new_zeros((*is_slice.shape, features.shape[1]))
        sequences[is_slice] = features
        lengths = is_slice.sum(dim=1).cpu()
        packed = pack_padded_sequence(sequences, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=is_slice.shape[1])
        return SliceOutput(self.output(states) * is_slice[..., None])


def save_sequence(weights: Mapping[str, Tensor], spec: LstmContext, path: Path) -> None:
    """Keep what the final slice classifier has no place for.

    Args:
        weights: state of a ``SequenceClassifier``; the backbone's part is left out.
        spec: the LSTM; it travels inside the file.
        path: safetensors file to write.
    """
    kept = {name: value for name, value in weights.items() if not name.startswith(BACKBONE)}
    with atomic_path(path) as temporary:
        temporary.write_bytes(save(kept, metadata={"spec": spec.to_json()}))

"""A slice classifier judged by whole scans: how it learns where nobody has labelled slices (spec 3.4)."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceClassifier, SliceOutput
from bleedmap.classifiers.phase import Phase
from bleedmap.classifiers.scan_batches import ScanBatches
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.training.metrics import Auroc

if TYPE_CHECKING:
    from bleedmap.classifiers.backbone import BackboneClassifier


class ScanClassifier(nn.Module):
    """A logit a class and scan: the classifier's own head over the places of all slices at once.

    Args:
        classifier: trained in place; on its own it goes on judging single slices.
    """

    def __init__(self, classifier: "BackboneClassifier") -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, hu: Tensor) -> SliceOutput:
        """(B, S, 2 reach + 1, H, W) HU of bags, NaN after a bag's end, to (B, K) logits; no maps."""
        slices, counts = without_padding(hu)
        bags = torch.split(self.classifier.features(slices), counts)
        return SliceOutput(torch.cat([self.classifier.head.bag(features) for features in bags]))


def scan_phase(model: "BackboneClassifier", spec: ClassifierSpec) -> Phase:
    """The whole network on bags, by labels of scans.

    Args:
        model: trained in place.
        spec: its config.
    """
    return Phase(
        name="scans",
        spec=spec.training,
        network=lambda: ScanClassifier(model),
        batches=lambda data, roles, seed: ScanBatches(data, roles, spec, seed),
        metric=lambda: Auroc(model.classes),
    )


def highest_logits(model: SliceClassifier, hu: Tensor) -> Tensor:
    """(B, S, 2 reach + 1, H, W) HU of bags to (B, K): the highest logit of any slice, by which a scan is called."""
    slices, counts = without_padding(hu)
    return torch.stack([logits.amax(dim=0) for logits in torch.split(model(slices).logits, counts)])


def without_padding(hu: Tensor) -> tuple[Tensor, list[int]]:
    """Slices of all bags one after the other, (N, 2 reach + 1, H, W), and how many each bag has."""
    is_slice = ~hu[:, :, 0, 0, 0].isnan()
    return hu[is_slice], is_slice.sum(dim=1).tolist()

"""Any timm model as a feature map, and a head: the plain slice classifier (spec 2.2, 4.6, 5.2)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier, SliceOutput
from bleedmap.classifiers.context import context_phases
from bleedmap.classifiers.feature_map import FeatureMap
from bleedmap.classifiers.head_phase import head_phase
from bleedmap.classifiers.phase import Phase, slice_phase
from bleedmap.classifiers.pretrained import pretrained_network
from bleedmap.classifiers.scan_classifier import scan_phase
from bleedmap.classifiers.small_resnet_map import SmallResnetMap
from bleedmap.classifiers.swin_map import SwinMap
from bleedmap.classifiers.torchvision_map import LAYERS, TorchvisionMap
from bleedmap.classifiers.u_shape import UShape
from bleedmap.components import load
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.console import say
from bleedmap.slices.windows import apply_windows

AnyMap = FeatureMap | SwinMap | SmallResnetMap | UShape | TorchvisionMap


class BackboneClassifier(SliceClassifier):
    """Windows and neighbouring slices as channels, backbone, head.

    Args:
        spec: network.
        pretrained: start from the weights that ``spec.pretrained`` names.
    """

    def __init__(self, spec: ClassifierSpec, *, pretrained: bool) -> None:
        super().__init__(spec)
        self.backbone = self.started() if pretrained else self.make_backbone()
        self.head = load(spec.head).build(spec.head, self.backbone.channels, len(spec.classes))

    def started(self) -> AnyMap:
        """The feature map as its training begins, with a word on where its weights come from."""
        name, asked = self.spec.backbone, self.spec.pretrained
        if not asked:
            say(f"{name} starts from random weights: pretrained is false")
            return self.make_backbone()
        backbone, taken = pretrained_network(name, self.make_backbone, asked if isinstance(asked, Path) else None)
        if taken is None:
            say(f"{name} starts from the weights that timm publishes")
        else:
            self.note_weights("pretrained", taken)
        return backbone

    def make_backbone(self, **weights: Any) -> AnyMap:  # noqa: ANN401
        """The feature map, from what timm's ``create_model`` is told of weights; none: random ones."""
        if self.spec.backbone in LAYERS:
            return TorchvisionMap(self.spec.backbone, self.spec.stride, input_channels(self.spec), **weights)
        return FeatureMap(self.spec.backbone, self.spec.stride, input_channels(self.spec), **weights)

    def features(self, hu: Tensor) -> Tensor:
        """(B, 2 reach + 1, H, W) HU to (B, channels, h, w)."""
        features: Tensor = self.backbone(apply_windows(hu, self.windows).flatten(1, 2))
        return features

    def forward(self, hu: Tensor) -> SliceOutput:
        """(B, 2 reach + 1, H, W) HU to (B, K) logits and (B, K, h, w) logit maps."""
        output: SliceOutput = self.head(self.features(hu))
        return output


def input_channels(spec: ClassifierSpec) -> int:
    """Windows of the slice and its neighbours."""
    return len(spec.windows) * (2 * spec.reach + 1)


def build(spec: ClassifierSpec, *, pretrained: bool) -> BackboneClassifier:
    """The network; ``pretrained`` False where trained weights follow."""
    return BackboneClassifier(spec, pretrained=pretrained)


def phases(model: BackboneClassifier, spec: ClassifierSpec) -> list[Phase]:
    """Whole scans; or single slices, perhaps after the head alone (spec 1.4), or before LSTM and backbone (spec 2.2).

    Args:
        model: the network, trained in place by one phase after the other.
        spec: its config.
    """
    if spec.labels == "scan":
        return [scan_phase(model, spec)]
    if spec.head_first is not None:
        return [head_phase(model, spec.head_first), replace(slice_phase(model, spec.training), is_start=False)]
    alone = slice_phase(model, spec.training)
    return [alone] if spec.context is None else [alone, *context_phases(model, spec.context)]

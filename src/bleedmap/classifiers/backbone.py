"""Any timm model as a feature map, and a head: the plain slice classifier (spec 2.2, 4.6, 5.2)."""

from pathlib import Path

from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier, SliceOutput
from bleedmap.classifiers.context import context_phases
from bleedmap.classifiers.feature_map import FeatureMap
from bleedmap.classifiers.phase import Phase, slice_phase
from bleedmap.classifiers.pretrained import pretrained_map
from bleedmap.components import load
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.slices.windows import apply_windows


class BackboneClassifier(SliceClassifier):
    """Windows and neighbouring slices as channels, backbone, head.

    Args:
        spec: network.
        pretrained: start from the weights that ``spec.pretrained`` names.
    """

    def __init__(self, spec: ClassifierSpec, *, pretrained: bool) -> None:
        super().__init__(spec)
        channels = len(spec.windows) * (2 * spec.reach + 1)
        if pretrained and spec.pretrained:
            source = spec.pretrained if isinstance(spec.pretrained, Path) else None
            self.backbone, taken = pretrained_map(spec.backbone, spec.stride, channels, source)
            if taken is not None:
                self.note_weights("pretrained", taken)
        else:
            self.backbone = FeatureMap(spec.backbone, spec.stride, channels)
        self.head = load(spec.head).build(spec.head, self.backbone.channels, len(spec.classes))

    def features(self, hu: Tensor) -> Tensor:
        """(B, 2 reach + 1, H, W) HU to (B, channels, h, w)."""
        features: Tensor = self.backbone(apply_windows(hu, self.spec.windows).flatten(1, 2))
        return features

    def forward(self, hu: Tensor) -> SliceOutput:
        """(B, 2 reach + 1, H, W) HU to (B, K) logits and (B, K, h, w) logit maps."""
        output: SliceOutput = self.head(self.features(hu))
        return output


def build(spec: ClassifierSpec, *, pretrained: bool) -> BackboneClassifier:
    """The network; ``pretrained`` False where trained weights follow."""
    return BackboneClassifier(spec, pretrained=pretrained)


def phases(model: BackboneClassifier, spec: ClassifierSpec) -> list[Phase]:
    """Single slices; with context also LSTM and backbone, then perhaps the head on the frozen backbone (spec 2.2).

    Args:
        model: the network, trained in place by one phase after the other.
        spec: its config.
    """
    alone = slice_phase(model, spec.training)
    return [alone] if spec.context is None else [alone, *context_phases(model, spec.context)]

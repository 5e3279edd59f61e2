"""A whole Swin transformer and a head: the slice classifier whose attention tells where it looked (spec 1.3)."""

from typing import Any

from bleedmap.classifiers.backbone import BackboneClassifier, input_channels
from bleedmap.classifiers.backbone import phases as backbone_phases
from bleedmap.classifiers.phase import Phase
from bleedmap.classifiers.swin_map import SwinMap
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.swin import SwinSpec


class SwinClassifier(BackboneClassifier):
    """Windows and neighbouring slices as channels, Swin transformer, head.

    Args:
        spec: network.
        pretrained: start from the weights that ``spec.pretrained`` names.
    """

    def make_backbone(self, **weights: Any) -> SwinMap:  # noqa: ANN401
        """The Swin transformer, from what timm's ``create_model`` is told of weights; none: random ones."""
        return SwinMap(self.spec.backbone, self.spec.swin or SwinSpec(), input_channels(self.spec), **weights)


def build(spec: ClassifierSpec, *, pretrained: bool) -> SwinClassifier:
    """The network; ``pretrained`` False where trained weights follow."""
    return SwinClassifier(spec, pretrained=pretrained)


def phases(model: SwinClassifier, spec: ClassifierSpec) -> list[Phase]:
    """As of any backbone: single slices, perhaps after the head alone, or with context."""
    return backbone_phases(model, spec)

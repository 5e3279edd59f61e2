"""A small residual network and a head: the slice classifier of multiple instance learning (Nemcek 2021; spec 3.3)."""

from typing import Any

from bleedmap.classifiers.backbone import BackboneClassifier, input_channels
from bleedmap.classifiers.backbone import phases as backbone_phases
from bleedmap.classifiers.phase import Phase
from bleedmap.classifiers.small_resnet_map import SmallResnetMap
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.small_resnet import SmallResnetSpec
from bleedmap.console import say


class SmallResnetClassifier(BackboneClassifier):
    """Windows and neighbouring slices as channels, small residual network, head.

    Args:
        spec: network.
        pretrained: no such weights are published, so that both begin with random ones.
    """

    def started(self) -> SmallResnetMap:
        """The feature map as its training begins, with a word on where its weights come from."""
        say("small_resnet starts from random weights")
        return self.make_backbone()

    def make_backbone(self, **weights: Any) -> SmallResnetMap:  # noqa: ANN401
        """The feature map, with random weights."""
        return SmallResnetMap((self.spec.small_resnet or SmallResnetSpec()).widths, input_channels(self.spec))


def build(spec: ClassifierSpec, *, pretrained: bool) -> SmallResnetClassifier:
    """The network; ``pretrained`` False where trained weights follow."""
    return SmallResnetClassifier(spec, pretrained=pretrained)


def phases(model: SmallResnetClassifier, spec: ClassifierSpec) -> list[Phase]:
    """As of any backbone: single slices, perhaps after the head alone, or with context."""
    return backbone_phases(model, spec)

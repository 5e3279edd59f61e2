"""U-shaped slice classifier: a head at every level of a decoder, so that logit maps are fine (paper 003, spec 4.3)."""

from typing import Any

from torch import Tensor, nn

from bleedmap.classifiers.backbone import BackboneClassifier, input_channels
from bleedmap.classifiers.backbone import phases as backbone_phases
from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.classifiers.phase import Phase
from bleedmap.classifiers.u_shape import UShape
from bleedmap.components import load
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.slices.windows import apply_windows


class UNetClassifier(BackboneClassifier):
    """Windows and neighbouring slices as channels, encoder and decoder, a head at every level; the finest decides.

    Args:
        spec: network.
        pretrained: start the encoder from the weights that ``spec.pretrained`` names.
    """

    backbone: UShape

    def __init__(self, spec: ClassifierSpec, *, pretrained: bool) -> None:
        super().__init__(spec, pretrained=pretrained)
        self.deeper = nn.ModuleList(
            load(spec.head).build(spec.head, width, len(spec.classes)) for width in self.backbone.widths[1:]
        )

    def make_backbone(self, **weights: Any) -> UShape:  # noqa: ANN401
        """Encoder and decoder, from what timm's ``create_model`` is told of the encoder's weights."""
        return UShape(self.spec.backbone, input_channels(self.spec), **weights)

    def features(self, hu: Tensor) -> Tensor:
        """(B, 2 reach + 1, H, W) HU to the finest level, (B, channels, H / 4, W / 4)."""
        return self._levels(hu)[0]

    def forward(self, hu: Tensor) -> SliceOutput:
        """(B, 2 reach + 1, H, W) HU to logits and maps of the finest level, those of the others in ``deeper``."""
        finest, *coarser = self._levels(hu)
        output: SliceOutput = self.head(finest)
        deeper = tuple(head(level) for head, level in zip(self.deeper, coarser, strict=True))
        return output._replace(deeper=deeper)

    def _levels(self, hu: Tensor) -> tuple[Tensor, ...]:
        levels: tuple[Tensor, ...] = self.backbone(apply_windows(hu, self.windows).flatten(1, 2))
        return levels


def build(spec: ClassifierSpec, *, pretrained: bool) -> UNetClassifier:
    """The network; ``pretrained`` False where trained weights follow."""
    return UNetClassifier(spec, pretrained=pretrained)


def phases(model: UNetClassifier, spec: ClassifierSpec) -> list[Phase]:
    """As of any backbone; stage 1 of the paper is a classifier of its own, whose encoder ``init_from`` takes over."""
    return backbone_phases(model, spec)

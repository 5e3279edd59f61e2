"""A slice classifier: windows, backbone, a linear evidence map, pooling."""

import importlib
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from bleedmap.classifiers.backbone import Backbone
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.slices.windows import apply_windows


class SliceClassifier(nn.Module):
    """Logit of "this slice shows a bleed".

    The linear layer stands before the pooling, as a 1 x 1 convolution: for average pooling that is the same network
    (pooling is linear), and the map it makes is the class activation map for either pooling.
    """

    def __init__(self, spec: ClassifierSpec, *, pretrained: bool = False) -> None:
        super().__init__()
        self.spec = spec
        self.backbone = Backbone(spec, pretrained=pretrained)
        self.evidence_layer = nn.Conv2d(self.backbone.channels, 1, kernel_size=1, bias=False)
        self.bias = nn.Parameter(torch.zeros(()))
        self._pool = importlib.import_module(f"bleedmap.classifiers.{spec.head.pooling}").pool

    def evidence(self, hu: Tensor) -> Tensor:
        """(B, H, W) HU to the (B, h, w) evidence map, without bias."""
        features = self.backbone(apply_windows(hu, self.spec.windows))
        evidence: Tensor = self.evidence_layer(features)
        return evidence[:, 0]

    def forward(self, hu: Tensor) -> Tensor:
        """(B, H, W) HU to (B,) logits."""
        logits: Tensor = self._pool(self.spec.head, self.evidence(hu)) + self.bias
        return logits


def load_classifier(path: Path) -> SliceClassifier:
    """A trained classifier, ready to explain; on the GPU if there is one."""
    with safe_open(path, framework="pt") as file:
        spec = ClassifierSpec.from_json(file.metadata()["spec"])
    model = SliceClassifier(spec)
    model.load_state_dict(load_file(path))
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")

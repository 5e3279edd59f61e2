"""A segmenter: windows and network, and its loading from a file."""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bleedmap.components import load, read_spec
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.provenance.network_file import fill, read_network
from bleedmap.slices.windows import apply_windows


class Segmenter(nn.Module):
    """Logit of hemorrhage in every voxel, or one of background and each subtype.

    Attributes:
        spec: what it was built from; what acts after training is not read from here.
        classes: what its labels tell apart.
        patch_depth: slices of a stack that it is trained on and that it sees at once.
    """

    def __init__(self, spec: AnySegmenter) -> None:
        super().__init__()
        module = load(spec)
        self.spec = spec
        self.classes: tuple[str, ...] = spec.classes
        self.patch_depth: int = module.patch_depth(spec)
        self.network: nn.Module = module.build(spec)

    def forward(self, hu: Tensor) -> Tensor:
        """(B, D, H, W) HU, any number type, to (B, D, H, W) float32 logits; of subtypes (B, 6, D, H, W)."""
        images = apply_windows(hu, self.spec.windows)
        if self.spec.plane is None:
            logits: Tensor = self.network(images)
        else:
            small = self.network(_resized(images, (self.spec.plane, self.spec.plane)))
            logits = _resized(small, (hu.shape[2], hu.shape[3]))
        return logits if len(self.classes) > 1 else logits[:, 0]


def load_segmenter(path: Path) -> Segmenter:
    """A trained segmenter, ready to predict; on the GPU if there is one.

    Args:
        path: safetensors file whose metadata hold the spec that was trained.

    Raises:
        BundleError: the file is damaged, or a weight is not finite.
    """
    return segmenter_of(path.read_bytes())


def segmenter_of(data: bytes) -> Segmenter:
    """The same from the bytes of the file."""
    file = read_network(data)
    model = Segmenter(read_spec(AnySegmenter, file.spec))
    fill(model, file.weights)
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")


def _resized(stack: Tensor, plane: tuple[int, int]) -> Tensor:
    """(B, C, D, H, W) with another H and W, slice by slice; averaging where pixels shrink."""
    batch, channels, depth = stack.shape[:3]
    slices = F.interpolate(stack.flatten(1, 2), size=plane, mode="bilinear", antialias=True)
    return slices.reshape(batch, channels, depth, *plane)

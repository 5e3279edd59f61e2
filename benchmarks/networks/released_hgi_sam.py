"""The authors' own HGI-SAM (github.com/HealthX-Lab/HGI-SAM, Apache-2.0), from a checkout that lies elsewhere."""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import timm
import torch
from torch import Tensor, nn

NAME, SIZE = "swin_base_patch4_window12_384", 384  # the only network and size that their code has


class Released:
    """Their network with random weights, and ours with the same.

    Args:
        checkout: folder with their ``models/swin_weak.py``; it is imported, so it should be what you know.
        device: where both run.
    """

    def __init__(self, checkout: Path, device: str) -> None:
        self._network = _import(checkout).SwinWeak(3, 2, pretrained=False).eval().to(device)
        self._inside = torch.ones((SIZE, SIZE), device=device)
        own = timm.create_model(NAME, num_classes=2)
        head = {f"head.fc.{name}": weight for name, weight in self._network.head.state_dict().items()}
        own.load_state_dict(self._network.swin.state_dict() | head)
        self.same_weights: nn.Module = own.eval().to(device)

    def hgi_sam(self, images: Tensor) -> Tensor:
        """(B, H, W) maps, slice by slice as their inference does, with gradients of everything left in place."""
        maps = []
        for image in images:
            self._network(image[None])[:, 1].backward()
            maps.append(self._network.attentional_segmentation_grad(self._inside))
        return torch.stack(maps).detach()

    def self_attention(self, images: Tensor) -> Tensor:
        """(B, H, W) maps, slice by slice."""
        maps = []
        for image in images:
            self._network(image[None])
            maps.append(self._network.attentional_segmentation(self._inside))
        return torch.stack(maps).detach()


def _import(checkout: Path) -> Any:  # noqa: ANN401
    """Their module; what it imports and does not need for these maps may be absent."""
    sys.path.insert(0, str(checkout))
    for absent, name in (("cv2", ""), ("pytorch_grad_cam", "GradCAM")):
        if importlib.util.find_spec(absent) is None:
            stand_in = ModuleType(absent)
            if name:
                setattr(stand_in, name, None)
            sys.modules[absent] = stand_in
    return cast("Any", importlib.import_module("models.swin_weak"))

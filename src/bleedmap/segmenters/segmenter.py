"""A segmenter: windows and network, and the prediction of a whole scan."""

import importlib
from pathlib import Path

import cc3d
import numpy as np
import torch
import torch.nn.functional as F
from monai.inferers import sliding_window_inference
from numpy.typing import NDArray
from pydantic import TypeAdapter
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.slices.windows import apply_windows

SEGMENTER: TypeAdapter[AnySegmenter] = TypeAdapter(AnySegmenter)


class Segmenter(nn.Module):
    """Probability of hemorrhage in every voxel."""

    def __init__(self, spec: AnySegmenter) -> None:
        super().__init__()
        self.spec = spec
        self.network = importlib.import_module(f"bleedmap.segmenters.{spec.method}").build(spec)

    def forward(self, hu: Tensor) -> Tensor:
        """(B, D, H, W) HU to (B, D, H, W) logits."""
        images = apply_windows(hu, self.spec.windows)
        if self.spec.plane is None:
            logits: Tensor = self.network(images)
            return logits[:, 0]
        small = self.network(_resized(images, (self.spec.plane, self.spec.plane)))
        return _resized(small, (hu.shape[2], hu.shape[3]))[:, 0]


def _resized(stack: Tensor, plane: tuple[int, int]) -> Tensor:
    """(B, C, D, H, W) with another H and W, slice by slice; averaging where pixels shrink."""
    batch, channels, depth = stack.shape[:3]
    slices = F.interpolate(stack.flatten(1, 2), size=plane, mode="bilinear", antialias=True)
    return slices.reshape(batch, channels, depth, *plane)


def load_segmenter(path: Path) -> Segmenter:
    """A trained segmenter, ready to predict; on the GPU if there is one."""
    with safe_open(path, framework="pt") as file:
        spec = SEGMENTER.validate_json(file.metadata()["spec"])
    model = Segmenter(spec)
    model.load_state_dict(load_file(path))
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")


def mask_scan(model: Segmenter, hu: NDArray[np.int16] | NDArray[np.float16]) -> NDArray[np.bool_]:
    """Hemorrhage of one scan on the working grid: probable voxels, specks left out.

    Args:
        model: a trained segmenter.
        hu: (slices, size, size) HU.

    Returns:
        (slices, size, size) bool.
    """
    return without_specks(segment_scan(model, hu) >= model.spec.threshold, model.spec.smallest_voxels)


def without_specks(mask: NDArray[np.bool_], smallest: int) -> NDArray[np.bool_]:
    """Drop connected parts (26 neighbours) of fewer than ``smallest`` voxels."""
    return np.asarray(cc3d.dust(mask, threshold=smallest, connectivity=26), dtype=bool) if smallest else mask


def segment_scan(model: Segmenter, hu: NDArray[np.int16] | NDArray[np.float16]) -> NDArray[np.float32]:
    """Probabilities of one scan on the working grid, by a window sliding over its slices.

    Args:
        model: a trained segmenter.
        hu: (slices, size, size) HU.

    Returns:
        (slices, size, size) float32 in [0, 1].
    """
    stack = torch.from_numpy(hu).float().to(next(model.parameters()).device)
    with torch.inference_mode():
        probabilities = _slide(model, stack)
        if model.spec.mirror:
            probabilities = (probabilities + _slide(model, stack.flip(-1)).flip(-1)) / 2
    return np.asarray(probabilities.cpu().numpy())


def _slide(model: Segmenter, stack: Tensor) -> Tensor:
    """(slices, size, size) HU to probabilities."""
    logits = sliding_window_inference(
        stack[None, None],
        roi_size=(model.spec.patch_depth, *stack.shape[1:]),
        sw_batch_size=4,
        predictor=lambda patches: model(patches[:, 0])[:, None],
        overlap=0.5,
        mode="gaussian",
        padding_mode="constant",
        cval=-1024.0,
    )
    probabilities: Tensor = logits[0, 0].sigmoid()
    return probabilities

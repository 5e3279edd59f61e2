"""Probability of hemorrhage, or of each subtype, in every voxel of a scan, by a window that slides over its slices."""

import numpy as np
import torch
from monai.inferers import sliding_window_inference
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.segmenters.padding import fill_up
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.each_scan import Turn, alone, host_rows, to_device

WINDOWS_AT_ONCE = 4


def probabilities(
    model: Segmenter, spec: AnySegmenter, hu: NDArray[np.int16] | NDArray[np.float16], turn: Turn = alone
) -> NDArray[np.float32]:
    """Probabilities of one scan on the working grid.

    Args:
        model: a trained segmenter, on any device.
        spec: says whether the mirror image counts too.
        hu: (slices, size, size) HU, of any number of slices.
        turn: in which the network is asked.

    Returns:
        (slices, size, size) float32 in [0, 1]; of subtypes (slices, 5, size, size), whose sum is at most 1.
    """
    if not len(hu):
        shape = hu.shape if len(model.classes) == 1 else (0, len(model.classes) - 1, *hu.shape[1:])
        return np.zeros(shape, dtype=np.float32)
    device = next(model.parameters()).device
    # they cross to a GPU as they are stored, in half of the time
    slices = to_device(hu, device)
    with turn(), torch.inference_mode():
        stack = fill_up(slices, model.patch_depth).float()
        found = _slide(model, stack)
        if spec.tta_flip:
            found = (found + _slide(model, stack.flip(-1)).flip(-1)) / 2
        kept = host_rows((len(hu), *found.shape[1:]), torch.float32, device).copy_(found[: len(hu)], non_blocking=True)
    return np.asarray(kept.numpy())


def _slide(model: Segmenter, stack: Tensor) -> Tensor:
    """(slices, size, size) HU to probabilities; windows overlap by a half and count most in their middle."""
    is_one = len(model.classes) == 1

    def ask(patches: Tensor) -> Tensor:
        logits: Tensor = model(patches[:, 0])
        return logits[:, None] if is_one else logits

    logits = sliding_window_inference(
        stack[None, None],
        roi_size=(model.patch_depth, *stack.shape[1:]),
        sw_batch_size=WINDOWS_AT_ONCE,
        predictor=ask,
        overlap=0.5,
        mode="gaussian",
    )
    found: Tensor = logits[0].float()
    return found[0].sigmoid() if is_one else found.softmax(dim=0)[1:].transpose(0, 1)

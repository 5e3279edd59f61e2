"""What an ensemble of classifiers and a U-Net say of pictures: scores, heatmaps, masks."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.networks.batches import in_batches
from bleedmap.classifiers.classifier import SliceClassifier, SliceOutput
from bleedmap.masks.mask_slices import ANY
from bleedmap.saliency.place import place
from bleedmap.saliency.receptive_centres import logit_map_centres
from bleedmap.saliency.stretch import stretch
from bleedmap.segmenters.segmenter import Segmenter


def explain(
    models: Sequence[SliceClassifier], hu: NDArray[np.float32], brain: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Scores and heatmaps, mean of all models and of each slice and its mirror image.

    Args:
        models: trained classifiers.
        hu: (n, size, size) pseudo HU.
        brain: same shape; heatmaps are zero outside.

    Returns:
        (n,) mean logits, and (n, size, size) class activation maps, each stretched to [0, 1].
    """
    logits, maps = [], []
    start = 0
    with torch.inference_mode():
        for part in in_batches(hu, models[0]):
            inside = torch.from_numpy(brain[start : start + len(part)]).to(part.device)
            start += len(part)
            views = [(model(part), model(part.flip(-1))) for model in models]
            logits.append(torch.stack([view.logits[:, ANY] for pair in views for view in pair]).mean(0))
            evidence = torch.stack(
                [
                    each
                    for model, (plain, mirrored) in zip(models, views, strict=True)
                    for each in (_map(model, part, plain), _map(model, part, mirrored).flip(-1))
                ]
            ).mean(0)
            maps.append(stretch(stretch(evidence.relu()).maps * inside).maps)
    return torch.cat(logits).double().cpu().numpy(), torch.cat(maps).cpu().numpy()


def _map(model: SliceClassifier, hu: Tensor, output: SliceOutput) -> Tensor:
    """(B, H, W) logit maps of class ``any``."""
    # the config has seen to it that the head makes maps
    maps = cast("Tensor", output.maps)[:, ANY]
    return place(maps, logit_map_centres(model, hu), (hu.shape[-2], hu.shape[-1]))


def segment(
    model: Segmenter, hu: NDArray[np.float32], brain: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Highest probability of a slice, a little smoothed, and the mask; mean of slice and mirror image.

    Returns:
        (n,) scores in [0, 1] and (n, size, size) masks inside the brain.
    """
    scores, masks = [], []
    with torch.inference_mode():
        for part in in_batches(hu, model):
            straight = model(part)[:, 0].sigmoid()
            mirrored = model(part.flip(-1))[:, 0].flip(-1).sigmoid()
            probability = (straight + mirrored) / 2
            pooled = torch.nn.functional.avg_pool2d(probability[:, None], 5, 1)
            scores.append(pooled.amax(dim=(1, 2, 3)))
            masks.append(probability >= model.spec.threshold)
    return torch.cat(scores).double().cpu().numpy(), torch.cat(masks).cpu().numpy() & brain

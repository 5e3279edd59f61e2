"""Heatmaps of an ensemble of classifiers and the masks that are drawn from them."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

from benchmarks.learn import in_batches
from benchmarks.measures import dice
from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.masks import DenseCrfSpec
from bleedmap.masks import MaskSlices
from bleedmap.masks.dense_crf import make_masks as crf_masks
from bleedmap.saliency.stretch import stretch, upsample
from bleedmap.segmenters.segmenter import Segmenter

LEAST_CONTRAST_HU = 1.0  # below, there are no two kinds of pixels to tell apart
SHARES = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)

Draw = Callable[[MaskSlices, float], NDArray[np.bool_]]


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
            views = [(model, view) for model in models for view in (False, True)]
            logits.append(torch.stack([model(part.flip(-1) if flip else part) for model, flip in views]).mean(0))
            evidence = torch.stack(
                [model.evidence(part.flip(-1)).flip(-1) if flip else model.evidence(part) for model, flip in views]
            ).mean(0)
            full = stretch(upsample(evidence.relu(), (part.shape[1], part.shape[2])))
            maps.append(stretch(full * inside))
    return torch.cat(logits).double().cpu().numpy(), torch.cat(maps).cpu().numpy()


def above(slices: MaskSlices, share: float) -> NDArray[np.bool_]:
    """(n, size, size) the heatmap above a share of its maximum."""
    return (slices.saliency > share) & slices.brain


def bright(slices: MaskSlices, share: float) -> NDArray[np.bool_]:
    """(n, size, size) the brighter of two kinds of pixels inside the heatmap: a HU threshold for unknown windows."""
    masks = above(slices, share)
    for number in np.flatnonzero(masks.any(axis=(1, 2))):
        smooth = ndimage.gaussian_filter(slices.hu[number].astype(np.float32), 0.7)
        values = smooth[masks[number]]
        if np.ptp(values) > LEAST_CONTRAST_HU:
            masks[number] &= smooth > threshold_otsu(values)
    return masks


def crf(slices: MaskSlices, share: float) -> NDArray[np.bool_]:
    """(n, size, size) the package's dense CRF, with the settings of the demo."""
    spec = DenseCrfSpec(
        above=share,
        gt_prob=0.9,
        gaussian_compat=1,
        bilateral_sxy=20,
        bilateral_srgb=13,
        bilateral_compat=4,
        iterations=5,
    )
    return crf_masks(spec, slices, None)


def choose_share(draw: Draw, slices: MaskSlices, shares: Iterable[float] = SHARES) -> tuple[float, float]:
    """The share of the heatmap's maximum with the best mean Dice on slices with truth, and that Dice."""
    means = {
        share: float(np.mean([dice(*pair) for pair in zip(draw(slices, share), slices.truth > 0, strict=True)]))
        for share in shares
    }
    best = max(means, key=lambda share: means[share])
    return best, means[best]


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
            straight = model(part[:, None])[:, 0].sigmoid()
            mirrored = model(part.flip(-1)[:, None])[:, 0].flip(-1).sigmoid()
            probability = (straight + mirrored) / 2
            pooled = torch.nn.functional.avg_pool2d(probability[:, None], 5, 1)
            scores.append(pooled.amax(dim=(1, 2, 3)))
            masks.append(probability >= model.spec.threshold)
    return torch.cat(scores).double().cpu().numpy(), torch.cat(masks).cpu().numpy() & brain

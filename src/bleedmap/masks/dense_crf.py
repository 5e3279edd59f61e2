"""Fully connected CRF (Kraehenbuehl and Koltun 2011) between hemorrhage and background (spec 5.4)."""

import numpy as np
import torch
from numpy.typing import NDArray
from pydensecrf.densecrf import DenseCRF2D
from pydensecrf.utils import unary_from_labels, unary_from_softmax

from bleedmap.config.masks import DenseCrfSpec
from bleedmap.masks import MaskSlices
from bleedmap.slices.windows import grey_bytes

TINY = 1e-6  # keeps the logarithm of a probability finite


def make_masks(spec: DenseCrfSpec, slices: MaskSlices, classifier: object) -> NDArray[np.bool_]:
    """(B, H, W) bool: pixels that the mean field calls hemorrhage, inside the brain."""
    grey = grey_bytes(torch.from_numpy(slices.hu), spec.window).numpy()
    masks = [_infer(spec, image, saliency) for image, saliency in zip(grey, slices.saliency, strict=True)]
    return np.stack(masks) & slices.brain


def foreground_probability(spec: DenseCrfSpec, saliency: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) probability of hemorrhage for ``unary: cam``: one half where the saliency is ``above``."""
    below = 0.5 * saliency / spec.above
    over = 0.5 + 0.5 * (saliency - spec.above) / (1 - spec.above)
    return np.clip(np.where(saliency < spec.above, below, over), TINY, 1 - TINY).astype(np.float32)


def _infer(spec: DenseCrfSpec, grey: NDArray[np.uint8], saliency: NDArray[np.float32]) -> NDArray[np.bool_]:
    height, width = grey.shape
    labels = saliency > spec.above
    if not labels.any():
        return labels
    if spec.unary == "label":
        unary = unary_from_labels(labels.astype(np.int32), 2, gt_prob=spec.gt_prob, zero_unsure=False)
    else:
        foreground = foreground_probability(spec, saliency)
        unary = unary_from_softmax(np.stack([1 - foreground, foreground]))
    field = DenseCRF2D(width, height, 2)
    field.setUnaryEnergy(np.ascontiguousarray(unary))
    field.addPairwiseGaussian(sxy=spec.gaussian_sxy, compat=spec.gaussian_compat)
    field.addPairwiseBilateral(
        sxy=spec.bilateral_sxy,
        srgb=spec.bilateral_srgb,
        rgbim=np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2)),
        compat=spec.bilateral_compat,
    )
    inferred: NDArray[np.float32] = np.asarray(field.inference(spec.iterations))[1]
    return inferred.reshape(height, width) > 0.5

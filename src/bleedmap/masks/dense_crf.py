"""Fully connected CRF (Kraehenbuehl and Koltun 2011) between hemorrhage and background (spec 5.4)."""

import numpy as np
import torch
from numpy.typing import NDArray
from pydensecrf.densecrf import DenseCRF2D
from pydensecrf.utils import unary_from_labels, unary_from_softmax

from bleedmap.config.masks import DenseCrfSpec
from bleedmap.masks.mask_slices import Masks, MaskSlices
from bleedmap.slices.windows import grey_bytes

TINY = 1e-6  # keeps the logarithm of a probability finite


def make_masks(spec: DenseCrfSpec, slices: MaskSlices, classifier: object) -> Masks:
    """Pixels that the mean field calls hemorrhage, inside the brain; none where the map reaches no threshold."""
    grey = grey_bytes(torch.from_numpy(slices.hu), spec.window).numpy()
    masks = np.zeros(slices.hu.shape, dtype=bool)
    for number, (image, saliency) in enumerate(zip(grey, slices.saliency, strict=True)):
        masks[number] = _infer(spec, image, saliency)
    return Masks((masks & slices.brain).astype(np.uint8))


def foreground_probability(spec: DenseCrfSpec, saliency: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) probability of hemorrhage for ``unary: cam``: one half where the saliency is ``threshold``."""
    below = 0.5 * saliency / spec.threshold
    over = 0.5 + 0.5 * (saliency - spec.threshold) / (1 - spec.threshold)
    return np.clip(np.where(saliency < spec.threshold, below, over), TINY, 1 - TINY).astype(np.float32)


def _infer(spec: DenseCrfSpec, grey: NDArray[np.uint8], saliency: NDArray[np.float32]) -> NDArray[np.bool_]:
    height, width = grey.shape
    labels = saliency > spec.threshold
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

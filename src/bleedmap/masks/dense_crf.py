"""Fully connected CRF (Kraehenbuehl and Koltun 2011) between hemorrhage and background (spec 5.4)."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial

import numpy as np
import torch
from numpy.typing import NDArray

from bleedmap.config.masks import DenseCrfSpec
from bleedmap.errors import ScanError
from bleedmap.masks.mask_slices import Masks, MaskSlices
from bleedmap.masks.mean_field import infer, keep_memory
from bleedmap.masks.seeds import seeds_of
from bleedmap.slices.windows import apply_windows


def make_masks(spec: DenseCrfSpec, slices: MaskSlices, classifier: object) -> Masks:
    """Pixels that the mean field calls hemorrhage, inside the brain; none where the map reaches no threshold.

    Args:
        spec: space, unary, kernels.
        slices: slices of one scan; with their places in mm where ``spec.unit`` is mm.
        classifier: not asked.

    Raises:
        ScanError: ``needs-mm``.
        ConfigError: ``no-crf``.
    """
    grey = 255 * apply_windows(torch.from_numpy(slices.hu), [spec.window])[:, 0].numpy()
    maps = slices.saliency
    if spec.space == "volume":
        found = infer(spec, _in_the_patient(slices), grey, maps)
    else:
        found = _slice_by_slice(spec, _in_the_plane(spec, slices), grey, maps)
    labels = (found & slices.brain).astype(np.uint8)
    seeds = None if spec.seeds_below is None else seeds_of(maps, slices.brain, spec.threshold, spec.seeds_below)
    return Masks(labels, seeds=seeds)


def _slice_by_slice(
    spec: DenseCrfSpec, places: NDArray[np.float32], grey: NDArray[np.float32], maps: NDArray[np.float32]
) -> NDArray[np.bool_]:
    masks = np.zeros(maps.shape, dtype=bool)
    run = partial(infer, spec, places)
    each = map if spec.workers == 1 else _pool(spec.workers).map
    for number, mask in enumerate(each(run, grey, maps)):
        masks[number] = mask
    return masks


@cache
def _pool(workers: int) -> ProcessPoolExecutor:
    """Processes that live as long as this one: the solver holds Python's lock, so threads would take turns."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=keep_memory)


def _in_the_plane(spec: DenseCrfSpec, slices: MaskSlices) -> NDArray[np.float32]:
    """(2, H, W) row and column of every pixel of a slice, in pixels or mm."""
    side = _spacing(slices)[1] if spec.unit == "mm" else (1.0, 1.0)
    return _plane(slices.hu.shape[1:], side)


def _in_the_patient(slices: MaskSlices) -> NDArray[np.float32]:
    """(3, B, H, W) mm across the slices, along rows and along columns of every voxel, from the first one on."""
    origins, side = _spacing(slices)
    plane = _plane(slices.hu.shape[1:], side)
    within = np.concatenate([np.zeros_like(plane[:1]), plane])
    own = (origins - origins.min(axis=0, initial=np.inf)).astype(np.float32)
    return np.asarray(own.T[:, :, None, None] + within[:, None])


def _plane(shape: tuple[int, ...], side: tuple[float, float]) -> NDArray[np.float32]:
    rows, columns = np.indices(shape, dtype=np.float32)
    return np.stack([rows * np.float32(side[0]), columns * np.float32(side[1])])


def _spacing(slices: MaskSlices) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Where slices begin, and the sides of a pixel, mm."""
    if slices.origins_mm is None or slices.pixel_mm is None:
        raise ScanError(
            "needs-mm",
            found="pictures without mm for a CRF in mm",
            expected="scans whose voxels have a size",
            remedy="set unit: pixel and space: slice, or leave the row out",
        )
    return slices.origins_mm, slices.pixel_mm

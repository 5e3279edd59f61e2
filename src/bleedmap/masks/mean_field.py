"""The mean field of a fully connected CRF with two classes, in as many dimensions as its places have.

Every place is tied to every other by two kernels, of nearness alone and of nearness and likeness in grey value
(Kraehenbuehl and Koltun 2011, equation 3). Nothing here imports torch, for processes of their own begin with it.
"""

import ctypes
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.masks import DenseCrfSpec
from bleedmap.errors import ConfigError

TINY = 1e-6  # keeps the logarithm of a probability finite
MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # numbers of malloc.h
CHANNELS = 3  # a grey image is one of three equal colours, in whose distance srgb is told


def infer(
    spec: DenseCrfSpec, places: NDArray[np.float32], grey: NDArray[np.float32], saliency: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Which pixels are hemorrhage; none where the saliency is nowhere above the threshold.

    Only differences of places and of grey values count.

    Args:
        spec: unary, kernels, iterations.
        places: (d, ...) where every pixel lies, in the unit of both sxy.
        grey: (...) grey values, 0 to 255.
        saliency: (...) in [0, 1].

    Raises:
        ConfigError: ``no-crf``: the solver is not installed.
    """
    labels = saliency > spec.threshold
    if not labels.any():
        return np.asarray(labels)
    field = _solver()(labels.size, 2)
    foreground = foreground_probability(spec, saliency).ravel()
    field.setUnaryEnergy(np.ascontiguousarray(-np.log(np.stack([1 - foreground, foreground]))))
    where = places.reshape(len(places), -1)
    tone = np.sqrt(np.float32(CHANNELS)) * (grey - grey.min()).reshape(1, -1)
    near = where / np.float32(spec.gaussian_sxy)
    alike = np.concatenate([where / np.float32(spec.bilateral_sxy), tone / np.float32(spec.bilateral_srgb)])
    for features, weight in ((near, spec.gaussian_compat), (alike, spec.bilateral_compat)):
        field.addPairwiseEnergy(np.ascontiguousarray(features, dtype=np.float32), compat=weight)
    inferred: NDArray[np.float32] = np.asarray(field.inference(spec.iterations))[1]
    return inferred.reshape(saliency.shape) > 0.5


def foreground_probability(spec: DenseCrfSpec, saliency: NDArray[np.float32]) -> NDArray[np.float32]:
    """(...) probability of hemorrhage before neighbours are asked.

    For ``unary: mask`` the certainty of either side; for ``map`` one half where the saliency is ``threshold``.
    """
    over = saliency > spec.threshold
    if spec.unary == "mask":
        return np.where(over, spec.gt_prob, 1 - spec.gt_prob).astype(np.float32)
    low, high = 0.5 * saliency / spec.threshold, 0.5 + 0.5 * (saliency - spec.threshold) / (1 - spec.threshold)
    return np.clip(np.where(over, high, low), TINY, 1 - TINY).astype(np.float32)


def keep_memory() -> None:
    """Let this process keep what it frees, for the solver asks for the same again with every slice.

    To get it from the system anew costs two processes a tenth of their time. Only the C library of Linux can be told.
    """
    with suppress(OSError, AttributeError):
        tell = ctypes.CDLL("libc.so.6").mallopt
        tell(MMAP_THRESHOLD, 2**30)
        tell(TRIM_THRESHOLD, 2**31 - 1)


def _solver() -> Any:  # noqa: ANN401
    try:
        from pydensecrf.densecrf import DenseCRF  # noqa: PLC0415  compiled, and not there on every machine
    except ImportError:
        raise ConfigError(
            "no-crf",
            found="no pydensecrf, the solver of dense_crf, or one that does not fit this machine",
            expected="it installed",
            remedy="run: pip install pydensecrf2, or leave rows with dense_crf out",
        ) from None
    return DenseCRF

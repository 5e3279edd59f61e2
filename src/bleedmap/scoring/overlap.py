"""Overlap of a predicted mask P with a true mask G (spec 0.3), from masks or from voxel counts.

One rule for empty masks throughout: both empty is NaN (left out and counted later); one of them empty is 0 wherever the
formula allows it. PPV of an empty P is 0 if G is not empty, for else a method would gain by predicting nothing. TPR and
RVD divide by the size of G and are NaN without it.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bleedmap.errors import ScanError


class Counts(NamedTuple):
    """Voxel counts, float64, all of one shape: () for a whole mask, (slices,) for each slice of it."""

    tp: NDArray[np.float64]
    fp: NDArray[np.float64]
    fn: NDArray[np.float64]


def count(prediction: NDArray[np.bool_], truth: NDArray[np.bool_], *, slicewise: bool = False) -> Counts:
    """Count true positive, false positive and false negative voxels.

    Args:
        prediction: P, bool, any shape.
        truth: G, bool, the same shape.
        slicewise: one count for each index of axis 0 instead of one in all.
    """
    check_shapes(prediction, truth)
    axes = tuple(range(1 if slicewise else 0, prediction.ndim))
    tp = np.count_nonzero(prediction & truth, axis=axes)
    fp = np.count_nonzero(prediction, axis=axes) - tp
    fn = np.count_nonzero(truth, axis=axes) - tp
    return Counts(*(np.asarray(n, dtype=np.float64) for n in (tp, fp, fn)))


def check_shapes(prediction: NDArray[np.generic], truth: NDArray[np.generic]) -> None:
    """Refuse a prediction that does not lie on the voxels of its truth."""
    if prediction.shape != truth.shape:
        raise ScanError(
            code="shape",
            found=f"a prediction of shape {prediction.shape}",
            expected=f"the shape of its truth, {truth.shape}",
            remedy="bring the prediction back to the voxels of the scan before scoring",
        )


def dice(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> NDArray[np.float64]:
    """2|P&G| / (|P| + |G|), in [0, 1]."""
    tp, fp, fn = _floats(tp, fp, fn)
    return _ratio(2 * tp, 2 * tp + fp + fn)


def iou(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> NDArray[np.float64]:
    """|P&G| / |P|G|, in [0, 1]."""
    tp, fp, fn = _floats(tp, fp, fn)
    return _ratio(tp, tp + fp + fn)


def tpr(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> NDArray[np.float64]:
    """|P&G| / |G|, in [0, 1]; recall."""
    tp, _, fn = _floats(tp, fp, fn)
    return _ratio(tp, tp + fn)


def ppv(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> NDArray[np.float64]:
    """|P&G| / |P|, in [0, 1]; precision."""
    tp, fp, fn = _floats(tp, fp, fn)
    missed = (tp + fp == 0) & (fn > 0)
    return np.where(missed, 0.0, _ratio(tp, tp + fp))


def rvd(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> NDArray[np.float64]:
    """abs(|P| - |G|) / |G|, in [0, inf) (paper 001)."""
    tp, fp, fn = _floats(tp, fp, fn)
    return _ratio(np.abs(fp - fn), tp + fn)


OVERLAPS: dict[str, Callable[[ArrayLike, ArrayLike, ArrayLike], NDArray[np.float64]]] = {
    "dice": dice,
    "iou": iou,
    "tpr": tpr,
    "ppv": ppv,
    "rvd": rvd,
}


def overlap_from_counts(counts: Counts) -> dict[str, NDArray[np.float64]]:
    """All overlap metrics by name, float64, each of the shape of the counts."""
    return {name: metric(*counts) for name, metric in OVERLAPS.items()}


def overlap(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], *, slicewise: bool = False
) -> dict[str, NDArray[np.float64]]:
    """All overlap metrics of two masks by name; arguments as for ``count``."""
    return overlap_from_counts(count(prediction, truth, slicewise=slicewise))


def _floats(*counts: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    return tuple(np.asarray(n, dtype=np.float64) for n in counts)


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    part, whole = np.broadcast_arrays(part, whole)
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0))

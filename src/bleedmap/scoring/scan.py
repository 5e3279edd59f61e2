"""All scores of one scan, class by class, as rows of the long table.

Slice scores are those of slices with true hemorrhage, as in the papers: a slice without any has no TPR, and its Dice
would only say whether one voxel too many was found. A slice where something was predicted though nothing is there keeps
its rows with NaN, so that the leaderboard's ``missing`` counts such slices; a slice where both masks are empty has no
rows. Subject scores are those of the whole scan in 3D, false positives on any slice included.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.scoring import ScoringSpec
from bleedmap.errors import ScanError
from bleedmap.scoring.classes import ANY, check_known, class_mask
from bleedmap.scoring.overlap import check_shapes, count, overlap, overlap_from_counts
from bleedmap.scoring.pooled import count_scores
from bleedmap.scoring.surface import SurfaceDistances, surface_distances
from bleedmap.scoring.table import RowLabels, Score, tabulate
from bleedmap.scoring.volume import volume_error_ml, volume_ml, voxel_ml
from bleedmap.volumes.geometry import Geometry

DEFAULTS = ScoringSpec()


def score_scan(
    prediction: NDArray[np.uint8],
    truth: NDArray[np.uint8],
    geometry: Geometry,
    labels: RowLabels,
    *,
    classes: Sequence[str] = (ANY,),
    truth_slices: NDArray[np.bool_] | None = None,
    spec: ScoringSpec = DEFAULTS,
) -> pd.DataFrame:
    """Score one prediction.

    Args:
        prediction: (slices, rows, columns) labels, 0 background, 1 hemorrhage or 1..5 in the order of ``SUBTYPES``.
        truth: the same shape and values.
        geometry: where the voxels lie.
        labels: what the rows belong to; its class is replaced.
        classes: classes to score (see ``classes.scored_classes``); for ``any``, every label is hemorrhage.
        truth_slices: (slices,) bool, slices whose truth is known; None: all. Voxels of the others take no part in
            any score. A scan without any known slice gets no rows.
        spec: tolerance of the surface Dice.

    Returns:
        Long table (see ``table``), class by class: units ``slice`` and ``subject`` with dice, iou, tpr, ppv, rvd, hd,
        hd95 (mm) and surface_dice; ``subject`` also with volume_true_ml, volume_predicted_ml and volume_error_ml (NaN
        in pictures without mm); and ``count``.

    Raises:
        ScanError: other shapes than the truth's, or unknown voxels (255) in the prediction.
    """
    check_shapes(prediction, truth)
    check_known(prediction)
    known = _known_slices(truth_slices, truth.shape)
    if not known.any():
        return tabulate(labels, [])
    here = known[:, None, None]
    tables = []
    for name in classes:
        found, real = class_mask(prediction, name) & here, class_mask(truth, name) & here
        scores = [
            *_slice_scores(found, real, geometry.spacing[1:], spec.surface_tolerance_mm),
            *_scan_scores(found, real, geometry, spec.surface_tolerance_mm),
        ]
        tables.append(tabulate(replace(labels, class_name=name), scores))
    return pd.concat(tables, ignore_index=True)


def _slice_scores(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], spacing: Sequence[float], tolerance_mm: float
) -> Iterator[Score]:
    overlaps = overlap(prediction, truth, slicewise=True)
    bleeds, called = (np.asarray(mask.any(axis=(1, 2))) for mask in (truth, prediction))
    for index in np.flatnonzero(bleeds | called).tolist():
        values = dict.fromkeys((*overlaps, "hd", "hd95", "surface_dice"), np.nan)
        if bleeds[index]:
            distances = surface_distances(prediction[index], truth[index], spacing)
            values = {name: float(value[index]) for name, value in overlaps.items()}
            values |= _surface(distances, tolerance_mm)
        for name, value in values.items():
            yield Score("slice", name, value, index)


def _scan_scores(
    prediction: NDArray[np.bool_],
    truth: NDArray[np.bool_],
    geometry: Geometry,
    tolerance_mm: float,
) -> Iterator[Score]:
    counts = count(prediction, truth)
    distances = surface_distances(prediction, truth, geometry.spacing)
    voxels = voxel_ml(geometry)
    true_ml, predicted_ml = (volume_ml(mask, voxels) for mask in (truth, prediction))
    values = {name: float(value) for name, value in overlap_from_counts(counts).items()}
    values |= _surface(distances, tolerance_mm)
    values |= {
        "volume_true_ml": true_ml,
        "volume_predicted_ml": predicted_ml,
        "volume_error_ml": volume_error_ml(predicted_ml, true_ml),
    }
    for name, value in values.items():
        yield Score("subject", name, value)
    yield from count_scores(counts, distances, tolerance_mm)


def _surface(distances: SurfaceDistances, tolerance_mm: float) -> dict[str, float]:
    return {"hd": distances.hd(), "hd95": distances.hd95(), "surface_dice": distances.surface_dice(tolerance_mm)}


def _known_slices(truth_slices: NDArray[np.bool_] | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    known = np.ones(shape[:1], bool) if truth_slices is None else np.asarray(truth_slices, dtype=bool)
    if len(shape) != 3 or known.shape != shape[:1]:
        raise ScanError(
            code="shape",
            found=f"masks of shape {shape} with {known.size} truth slices",
            expected="(slices, rows, columns) with one entry a slice",
            remedy="look at how the truth of this scan was read",
        )
    return known

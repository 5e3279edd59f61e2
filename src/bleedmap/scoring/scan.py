"""All scores of one scan, class by class, as rows of the long table.

Overlap and distances are those of masks with true hemorrhage, as in the papers: without any there is no TPR, and Dice
would only say whether one voxel too many was found. So every method has them on the same slices and scans, whatever it
found elsewhere, and their means can be compared. A slice where something was predicted though nothing is there keeps
its rows with NaN, so that the leaderboard's ``missing`` counts such slices; a slice where both masks are empty has no
rows. A scan without true hemorrhage keeps its rows with NaN too, and says what was found there: ``false_positive``, 1
if anything, else 0, and ``false_positive_ml``.

Subject scores are those of the whole scan in 3D, false positives on any slice included. What is measured in mm or mL is
left out where there are none (pictures), and mL of a lone slice, whose extent nobody knows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.scoring import ScoringSpec
from bleedmap.errors import ScanError
from bleedmap.scoring.abc2 import abc2_ml
from bleedmap.scoring.classes import ANY, check_known, class_mask
from bleedmap.scoring.overlap import Counts, check_shapes, count, dice, overlap_from_counts
from bleedmap.scoring.pixels import pixel_scores
from bleedmap.scoring.pooled import count_scores
from bleedmap.scoring.surface_scores import SurfaceScores, surface_scores
from bleedmap.scoring.table import RowLabels, Score, tabulate
from bleedmap.scoring.volume import known_voxel_ml, volume_error_ml, volume_ml
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
        spec: form and tolerance of the surface Dice.

    Returns:
        Long table (see ``table``), class by class: units ``slice`` and ``subject`` with dice, iou, tpr, ppv, rvd,
        pixel_accuracy and miou (of the whole picture, what lies outside the brain included), and
        where there are mm hd, hd95 (mm) and surface_dice or surface_dice_area; ``subject`` also with volume_true_ml,
        volume_predicted_ml and volume_error_ml, or without true hemorrhage false_positive and false_positive_ml; and
        ``count``. With several classes also dice_large, of classes with more voxels than ``spec.large_voxels``, and
        abc2_ml and abc2_error_ml, the estimate of ``abc2`` on the true mask and its error.

    Raises:
        ScanError: other shapes than the truth's, or unknown voxels (255) in the prediction.
    """
    check_shapes(prediction, truth)
    check_known(prediction)
    known = _known_slices(truth_slices, truth.shape)
    if not known.any():
        return tabulate(labels, [])
    here, voxels = known[:, None, None], int(np.count_nonzero(known)) * truth[0].size
    tables = []
    for name in classes:
        found, real = class_mask(prediction, name) & here, class_mask(truth, name) & here
        scores = [
            *_slice_scores(found, real, geometry, spec),
            *_scan_scores(found, real, voxels, geometry, spec),
        ]
        if len(classes) > 1:
            scores += _subtype_scores(found, real, geometry, spec)
            if name == ANY:
                scores.append(Score("count", "voxels", voxels))
        tables.append(tabulate(replace(labels, class_name=name), scores))
    return pd.concat(tables, ignore_index=True)


def _slice_scores(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], geometry: Geometry, spec: ScoringSpec
) -> Iterator[Score]:
    overlaps = _overlaps(count(prediction, truth, slicewise=True), truth[0].size)
    bleeds, called = (np.asarray(mask.any(axis=(1, 2))) for mask in (truth, prediction))
    for index in np.flatnonzero(bleeds | called).tolist():
        values = {name: float(value[index]) for name, value in overlaps.items()}
        values |= _surface(surface_scores(prediction[index], truth[index], geometry, spec))
        for name, value in values.items():
            yield Score("slice", name, value if bleeds[index] else np.nan, index)


def _scan_scores(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], voxels: int, geometry: Geometry, spec: ScoringSpec
) -> Iterator[Score]:
    counts = count(prediction, truth)
    surfaces = surface_scores(prediction, truth, geometry, spec)
    bleeds = bool(truth.any())
    values = {name: float(value) for name, value in _overlaps(counts, voxels).items()} | _surface(surfaces)
    for name, value in values.items():
        yield Score("subject", name, value if bleeds else np.nan)
    if not bleeds:
        yield Score("subject", "false_positive", float(prediction.any()))
    yield from _volumes(prediction, truth, geometry)
    yield from count_scores(counts, voxels, surfaces)


def _overlaps(counts: Counts, voxels: int) -> dict[str, NDArray[np.float64]]:
    """Scores of masks with so many known voxels each."""
    return overlap_from_counts(counts) | pixel_scores(counts, voxels - counts.tp - counts.fp - counts.fn)


def _subtype_scores(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], geometry: Geometry, spec: ScoringSpec
) -> Iterator[Score]:
    """What is told beside where subtypes are scored: Dice of much blood, and what a reader's ABC/2 makes of it."""
    if np.count_nonzero(truth) > spec.large_voxels:
        yield Score("subject", "dice_large", float(dice(*count(prediction, truth))))
    voxels = known_voxel_ml(geometry)
    if voxels is not None and truth.any():
        _, row_mm, column_mm = geometry.spacing
        estimated = abc2_ml(truth, voxels, (row_mm, column_mm))
        yield Score("subject", "abc2_ml", estimated)
        yield Score("subject", "abc2_error_ml", volume_error_ml(estimated, volume_ml(truth, voxels)))


def _volumes(prediction: NDArray[np.bool_], truth: NDArray[np.bool_], geometry: Geometry) -> Iterator[Score]:
    voxels = known_voxel_ml(geometry)
    if voxels is None:
        return
    true_ml, predicted_ml = (volume_ml(mask, voxels) for mask in (truth, prediction))
    if not truth.any():
        yield Score("subject", "false_positive_ml", predicted_ml)
    yield Score("subject", "volume_true_ml", true_ml)
    yield Score("subject", "volume_predicted_ml", predicted_ml)
    yield Score("subject", "volume_error_ml", volume_error_ml(predicted_ml, true_ml))


def _surface(surfaces: SurfaceScores | None) -> dict[str, float]:
    return {} if surfaces is None else surfaces.values


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

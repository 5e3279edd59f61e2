"""One fold of a method: its networks and chosen values, and what they find on the working grid."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bleedmap.bundle.manifest import Bundle
from bleedmap.bundle.row import chosen_spec
from bleedmap.bundle.settings import CALIBRATION, CLASSIFIER, OPERATING_POINT, SEGMENTER, TUNED, part
from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.classify_scan import classify_scan
from bleedmap.classifiers.load import classifier_of
from bleedmap.classifiers.operating_point import OperatingPoints
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.enhancements.enhance_scan import enhance_scan
from bleedmap.masks.called import gate, holds_subtype
from bleedmap.masks.map_inputs import thresholds_of
from bleedmap.masks.mask_scan import mask_scan
from bleedmap.masks.mask_slices import ANY, MaskSlices
from bleedmap.predict.calibration.mirrored import classify_mirrored
from bleedmap.saliency.explain_scan import explain_scan
from bleedmap.segmenters.labels import to_labels
from bleedmap.segmenters.probabilities import probabilities
from bleedmap.segmenters.segmenter import segmenter_of
from bleedmap.slices.each_scan import Turn
from bleedmap.slices.resample_scan import WorkingScan
from bleedmap.volumes.intensity import Intensity


class GridFound(NamedTuple):
    """What is found on the working grid.

    Args:
        labels: (slices, size, size) uint8: 0 background, 1 or 1 to 5 in the order of ``SUBTYPES``.
        probability: (slices, size, size) float32 of any hemorrhage, 0 outside the brain; None without a network.
        slice_probability: (slices,) float64 of any hemorrhage; None of a row without a classifier.
        mirrored: (slices,) float64, the same of the slices' mirror images; None where nobody asks how sure that is.
    """

    labels: NDArray[np.uint8]
    probability: NDArray[np.float32] | None
    slice_probability: NDArray[np.float64] | None
    mirrored: NDArray[np.float64] | None = None


Member = Callable[[WorkingScan, Intensity, Turn], GridFound]


def load_member(bundle: Bundle, fold: int) -> Member:
    """The stages' own functions for one scan, one after the other, with the networks of a fold.

    Args:
        bundle: a bundle.
        fold: one of its folds.

    Raises:
        BundleError: a network or a chosen value cannot be used.
    """
    settings = bundle.settings
    classifier = classifier_of(bundle.parts[part(fold, CLASSIFIER)], dataset=None) if settings.classifier else None
    make = _masking if settings.segmenter is None else _segmenting
    member = make(bundle, fold, classifier)
    if classifier is None or CALIBRATION not in bundle.parts:
        return member

    def with_mirrored(scan: WorkingScan, intensity: Intensity, turn: Turn) -> GridFound:
        return member(scan, intensity, turn)._replace(mirrored=_of_any(classify_mirrored(classifier, scan.hu, turn)))

    return with_mirrored


def _segmenting(bundle: Bundle, fold: int, classifier: SliceClassifier | None) -> Member:
    settings = bundle.settings
    model = segmenter_of(bundle.parts[part(fold, SEGMENTER)])
    spec: AnySegmenter = _last_spec(bundle, fold)

    def found(scan: WorkingScan, intensity: Intensity, turn: Turn) -> GridFound:
        hu = scan.hu if settings.enhancement is None else enhance_scan(settings.enhancement, scan.hu, scan.brain)
        each = probabilities(model, spec, hu, turn)
        labels = to_labels(spec, each, scan.brain, scan.voxel_ml)
        of_any = each.sum(axis=1, dtype=np.float32) if each.ndim == 4 else each
        told = None if classifier is None else _of_any(classify_scan(classifier, scan.hu, turn=turn))
        return GridFound(labels, np.where(scan.brain, of_any, np.float32(0)), told)

    return found


def _masking(bundle: Bundle, fold: int, classifier: SliceClassifier | None) -> Member:
    spec, saliency = _last_spec(bundle, fold), bundle.settings.saliency
    if classifier is None or saliency is None:
        return lambda scan, intensity, turn: GridFound(
            mask_scan(spec, _slices(scan, intensity), None, None).labels, None, None
        )
    points = OperatingPoints.from_json(bundle.parts[part(fold, OPERATING_POINT)])
    thresholds = np.array([gate(spec, each) for each in thresholds_of(points, classifier.classes).values()])

    def found(scan: WorkingScan, intensity: Intensity, turn: Turn) -> GridFound:
        scores = classify_scan(classifier, scan.hu, turn=turn)
        told = scores >= thresholds
        maps = explain_scan(saliency, classifier, scan.hu, scan.brain, turn)
        slices = _slices(scan, intensity).with_maps(maps, classifier.classes)
        if spec.BY_CLASS:
            slices = replace(slices, told=told)
        called = holds_subtype(told) if spec.BY_CLASS else told[:, ANY]
        with turn():  # some methods ask the classifier once more
            labels = mask_scan(spec, slices, called, classifier).labels
        return GridFound(labels, slices.saliency * called[:, None, None], _of_any(scores))

    return found


def _last_spec(bundle: Bundle, fold: int) -> Any:  # noqa: ANN401  a union is no type to mypy
    """Spec of the mask method or the segmenter, with the values chosen in a fold."""
    settings = bundle.settings
    if settings.searched:
        return chosen_spec(settings, bundle.parts[part(fold, TUNED)])
    return settings.segmenter or settings.mask


def _of_any(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    return scores[:, ANY].astype(np.float64)


def _slices(scan: WorkingScan, intensity: Intensity) -> MaskSlices:
    """A scan without truth, as mask methods want it."""
    return MaskSlices(
        hu=scan.hu, brain=scan.brain, intensity=intensity, origins_mm=scan.origins_mm, pixel_mm=scan.pixel_mm
    )

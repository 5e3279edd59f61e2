"""A trained method, loaded from a results tree: the stages' own functions for one scan, one after the other."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.brain.gates import flags
from bleedmap.brain.mask import brain_mask
from bleedmap.classifiers.classify_scan import classify_scan
from bleedmap.classifiers.load import load_classifier
from bleedmap.components import read_spec
from bleedmap.config.masks import AnyMask, SubtypesSpec
from bleedmap.config.names import NONE, nearest
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.config.workflow import Config
from bleedmap.enhancements.enhance_scan import enhance_scan
from bleedmap.errors import ConfigError
from bleedmap.masks.called import gate, holds_subtype
from bleedmap.masks.map_inputs import class_thresholds
from bleedmap.masks.mask_scan import mask_scan
from bleedmap.masks.mask_slices import ANY, MaskSlices
from bleedmap.paths import Paths
from bleedmap.plan.rows import RowNames, row_names, scored_folds
from bleedmap.plan.searches import is_searched
from bleedmap.saliency.explain_scan import explain_scan
from bleedmap.segmenters.segment_scan import segment_scan
from bleedmap.segmenters.segmenter import load_segmenter
from bleedmap.slices.box import to_own_voxels
from bleedmap.slices.resample_scan import WorkingScan, resample_scan
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.intensity import ScannerIntensity

Find = Callable[[WorkingScan, CtVolume], NDArray[np.uint8]]


class TrainedMethod:
    """One row of the leaderboard, ready for new scans.

    Args:
        config: the config that the results were made with.
        name: name of the method.
        split: split that the row was scored on; None: its first.
        fold: which fold's networks to use; None: the first that was run.

    Attributes:
        kind: what scans it takes: ``hu`` for CT, ``mr`` for MR, as those that it was scored on.

    Raises:
        ConfigError: no such method or fold, it ends in points, or its networks are not in the results tree.
    """

    def __init__(self, config: Config, name: str, split: str | None = None, fold: int | None = None) -> None:
        names = _names(config, name, split, fold)
        paths = Paths(config.results)
        self._config = config
        dataset = config.datasets[names["dataset"]]
        self.kind: ScannerIntensity = "mr" if getattr(dataset, "modality", "ct") == "mr" else "hu"
        if names["segmenter"] != NONE:
            self._found = _segmented(config, names, paths)
        else:
            self._found = _masked(config, names, paths)

    def __call__(self, volume: CtVolume) -> NDArray[np.uint8]:
        """Labels on the volume's own voxels.

        Returns:
            (slices, rows, columns) uint8: 0 background, 1 hemorrhage, or 1 to 5 where the method tells subtypes apart.
        """
        return self.with_flags(volume)[0]

    def with_flags(self, volume: CtVolume) -> tuple[NDArray[np.uint8], list[str]]:
        """Labels on the volume's own voxels, and what looks wrong with its brain mask (see ``brain.gates``)."""
        brain = brain_mask(self._config.brain, volume)
        working = resample_scan(volume, brain, self._config.slices)
        labels = to_own_voxels(self._found(working, volume), working.box, *volume.hu.shape[1:])
        return labels, flags(self._config.brain, brain, volume)


def _names(config: Config, name: str, split: str | None, fold: int | None) -> RowNames:
    if name not in config.methods:
        raise ConfigError(
            "unknown-method",
            found=f"method {name!r}",
            expected="a method of the config",
            remedy=f"correct it: {nearest(name, config.methods)}",
        )
    scored = [
        pair
        for pair in scored_folds(config, name)
        if (split is None or pair[0] == split) and (fold is None or pair[1] == fold)
    ]
    if not scored:
        raise ConfigError(
            "not-scored",
            found="a split or fold that this method was not scored in",
            expected=", ".join(f"{one} fold {number}" for one, number in scored_folds(config, name)),
            remedy="name one of these",
        )
    names = row_names(config, name, *scored[0])
    if names["detector"] != NONE:
        raise ConfigError(
            "no-mask",
            found=f"method {name!r}, which ends in points",
            expected="a method that ends in a mask",
            remedy="name another row",
        )
    return names


def _segmented(config: Config, names: RowNames, paths: Paths) -> Find:
    model = load_segmenter(_existing(paths.segmenter_model.format(**names)))
    spec = config.segmenters[names["segmenter"]]
    if is_searched(config, "segmenters", names["segmenter"]):
        spec = read_spec(AnySegmenter, _existing(paths.tuned_segmenter.format(**names)).read_text(encoding="utf-8"))
    enhancement = None if spec.enhancement == NONE else config.enhancements[spec.enhancement]

    def found(scan: WorkingScan, volume: CtVolume) -> NDArray[np.uint8]:
        hu = scan.hu if enhancement is None else enhance_scan(enhancement, scan.hu, scan.brain)
        return segment_scan(model, spec, hu, scan.brain, scan.voxel_ml)

    return found


def _masked(config: Config, names: RowNames, paths: Paths) -> Find:
    spec = config.masks[names["mask"]]
    if is_searched(config, "masks", names["mask"]):
        spec = read_spec(AnyMask, _existing(paths.tuned_mask.format(**names)).read_text(encoding="utf-8"))
    if names["classifier"] == NONE:
        return lambda scan, volume: mask_scan(spec, _slices(scan, volume), None, None).labels
    classifier = load_classifier(_existing(paths.classifier_model.format(**names)), dataset=None)
    if isinstance(spec, SubtypesSpec) and spec.told_by == "labels":
        raise ConfigError(
            "needs-labels",
            found=f"masks.{names['mask']}, which is told the classes of a slice by its true labels",
            expected="a row that needs no labels of a new scan",
            remedy="name another row, or set told_by: classifier",
        )
    by_class = class_thresholds(_existing(paths.operating_point.format(**names)), classifier.classes)
    thresholds = np.array([gate(spec, each) for each in by_class.values()])
    saliency = config.saliency[names["saliency"]]

    def found(scan: WorkingScan, volume: CtVolume) -> NDArray[np.uint8]:
        told = classify_scan(classifier, scan.hu) >= thresholds
        maps = explain_scan(saliency, classifier, scan.hu, scan.brain)
        slices = _slices(scan, volume).with_maps(maps, classifier.classes)
        if spec.BY_CLASS:
            return mask_scan(spec, replace(slices, told=told), holds_subtype(told), classifier).labels
        return mask_scan(spec, slices, told[:, ANY], classifier).labels

    return found


def _slices(scan: WorkingScan, volume: CtVolume) -> MaskSlices:
    """A scan without truth, as mask methods want it."""
    return MaskSlices(
        hu=scan.hu,
        brain=scan.brain,
        intensity=volume.intensity,
        origins_mm=scan.origins_mm,
        pixel_mm=scan.pixel_mm,
    )


def _existing(path: str) -> Path:
    file = Path(path)
    if not file.is_file():
        raise ConfigError(
            "not-trained",
            found="no trained network or chosen values for this method and fold in the results folder",
            expected="the results of a finished run",
            remedy="run snakemake with this config first, or name another fold",
        )
    return file

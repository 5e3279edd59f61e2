"""A trained method, loaded from a results tree and applied to a volume on its own voxels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bleedmap.brain.mask import brain_mask
from bleedmap.classifiers.operating_point import OperatingPoint
from bleedmap.classifiers.slice_classifier import SliceClassifier, load_classifier
from bleedmap.config.enhancements import AnyEnhancement
from bleedmap.config.names import NONE, nearest
from bleedmap.config.workflow import Config
from bleedmap.enhancements import build_enhancement
from bleedmap.enhancements.enhance_shard import as_stored
from bleedmap.errors import ConfigError
from bleedmap.masks import MaskSlices, build_masks
from bleedmap.paths import Paths
from bleedmap.saliency import build_saliency
from bleedmap.saliency.stretch import stretch
from bleedmap.segmenters.segmenter import load_segmenter, mask_scan
from bleedmap.slices.box import AIR_HU, Box
from bleedmap.volumes.ct_volume import CtVolume

HEMORRHAGE = 1
WorkingSlices = tuple[NDArray[np.int16], NDArray[np.bool_]]  # HU and brain, (slices, size, size)


class TrainedMethod:
    """One row of the leaderboard, ready for new scans.

    Args:
        config: the config that the results were made with.
        name: name of the method.
        fold: which fold's networks to use.

    Raises:
        ConfigError: no such method, or its networks are not in the results tree.
    """

    def __init__(self, config: Config, name: str, fold: int) -> None:
        if name not in config.methods:
            raise ConfigError(
                "unknown-method",
                found=f"method {name!r}",
                expected="a method of the config",
                remedy=f"correct it: {nearest(name, config.methods)}",
            )
        self._config = config
        paths = Paths(config.results, config.train)
        names = {**config.methods[name].model_dump(), "fold": fold}
        if names["segmenter"] != NONE:
            enhancement = config.segmenters[str(names["segmenter"])].enhancement
            spec = None if enhancement == NONE else config.enhancements[enhancement]
            self._masks = _by_segmenter(Path(paths.segmenter.format(**names)), spec)
        else:
            self._masks = _by_mask_method(config, names, Path(paths.classifier.format(**names)))

    def __call__(self, volume: CtVolume) -> NDArray[np.float32]:
        """Hemorrhage on the volume's own voxels, (slices, rows, columns) float32; at least one half where there is."""
        brain = brain_mask(self._config.brain, volume)
        box = Box.around_brain(volume, brain, self._config.slices)
        size = self._config.slices.size
        hu = box.take(volume.hu, size, AIR_HU).round().astype(np.int16)
        masks = self._masks((hu, box.take(brain, size, 0) >= 0.5))
        return box.put_back(masks.astype(np.float32), *volume.hu.shape[1:])


def _by_segmenter(folder: Path, enhancement: AnyEnhancement | None) -> Callable[[WorkingSlices], NDArray[np.bool_]]:
    model = load_segmenter(_existing(folder / "model.safetensors"))
    if enhancement is None:
        return lambda slices: mask_scan(model, slices[0]) & slices[1]
    enhance = build_enhancement(enhancement)
    return lambda slices: mask_scan(model, as_stored(enhance(*slices))) & slices[1]


def _by_mask_method(
    config: Config, names: dict[str, object], folder: Path
) -> Callable[[WorkingSlices], NDArray[np.bool_]]:
    spec = config.masks[str(names["mask"])]
    make_masks = build_masks(spec)
    if names["classifier"] == NONE:
        return lambda slices: make_masks(spec, _mask_slices(slices, None), None)
    classifier = load_classifier(_existing(folder / "model.safetensors"))
    threshold = OperatingPoint.read(_existing(folder / "operating_point.json")).threshold
    explain = build_saliency(config.saliency[str(names["saliency"])])

    def mask(slices: WorkingSlices) -> NDArray[np.bool_]:
        hu, brain = (torch.from_numpy(part).to(next(classifier.parameters()).device) for part in slices)
        masks = np.zeros(slices[1].shape, dtype=bool)
        called = _scores(classifier, hu) >= threshold
        if called.any():
            maps = stretch(explain(classifier, hu.float(), HEMORRHAGE) * brain).cpu().numpy()
            chosen = _mask_slices((slices[0][called], slices[1][called]), maps[called])
            masks[called] = make_masks(spec, chosen, classifier)
        return masks

    return mask


def _mask_slices(slices: WorkingSlices, maps: NDArray[np.float32] | None) -> MaskSlices:
    hu, brain = slices
    return MaskSlices(hu=hu, brain=brain, truth=np.zeros(hu.shape, dtype=np.uint8), maps=maps)


def _scores(classifier: SliceClassifier, hu: torch.Tensor) -> NDArray[np.float32]:
    with torch.inference_mode():
        return np.asarray(classifier(hu.float()).sigmoid().cpu().numpy())


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise ConfigError(
            "not-trained",
            found="no trained network for this method and fold in the results folder",
            expected="the results of a finished run",
            remedy="run snakemake with this config first, or name another fold",
        )
    return file

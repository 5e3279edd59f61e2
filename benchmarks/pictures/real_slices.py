"""The real slices of ``head_ct``, cropped to the head like the phantom's."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.figures.measures import dice
from benchmarks.pictures.exported import anchored
from benchmarks.pictures.frame import LOW, head_box
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.config.datasets import PngSlicesSpec
from bleedmap.constants import BRAIN_LEVEL_HU, BRAIN_WIDTH_HU
from bleedmap.datasets.png_slices.listing import list_sources
from bleedmap.datasets.png_slices.reading import read
from bleedmap.errors import ScanError
from bleedmap.slices.box import Box
from bleedmap.volumes.ct_volume import Scan


def real_folder() -> Path | None:
    """Folder of real files, or None where there is none: ``BLEEDMAP_REAL_DATA`` or ``shared/data`` beside this."""
    named = os.environ.get("BLEEDMAP_REAL_DATA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None


@dataclass(frozen=True)
class RealSlices:
    """Real slices on the working grid, and what is needed to go back to their own pixels.

    Args:
        hu: (n, size, size) int16 pseudo HU, anchored like the phantom's pictures.
        brain: (n, size, size) bool, found by the package's own brain mask.
        label: (n,) 1 where the slice shows a bleed, else 0.
        group: (n,) slices of one group look alike, as slices of one patient do.
        name: (n,) public names.
        truth: per slice (rows, columns) bool on the picture's own pixels, None where nobody drew the bleed.
        box: per slice the square that was cut out.
    """

    hu: NDArray[np.int16]
    brain: NDArray[np.bool_]
    label: NDArray[np.int8]
    group: NDArray[np.str_]
    name: NDArray[np.str_]
    truth: list[NDArray[np.bool_] | None]
    box: list[Box]

    def drawn(self) -> dict[int, NDArray[np.bool_]]:
        """The drawn bleeds by the number of their slice."""
        return {number: truth for number, truth in enumerate(self.truth) if truth is not None and truth.any()}

    def mean_dice(self, masks: NDArray[np.bool_]) -> float:
        """Mean Dice of (n, size, size) masks over the slices with a drawn bleed, on the pictures' own pixels."""
        values = []
        for number, truth in self.drawn().items():
            found = self.box[number].put_back(masks[number][None], *truth.shape)[0] >= 0.5
            values.append(dice(found, truth))
        return float(np.mean(values))


def real_scans(folder: Path) -> list[Scan]:
    """Every picture of the folder as a scan of one slice, its labels and drawn bleed with it; see ``real_slices``."""
    spec = PngSlicesSpec(
        root=folder / "head_ct",
        groups="groups.csv",
        masks="masks",
        public_names=True,
        window=(BRAIN_LEVEL_HU, BRAIN_WIDTH_HU),
    )
    return [_only_scan(read(spec, source)) for source in list_sources(spec)]


def real_slices(folder: Path, size: int) -> RealSlices:
    """Read all slices of the folder.

    Args:
        folder: holds ``head_ct`` with its pictures, ``labels.csv``, ``groups.csv`` and ``masks``.
        size: rows and columns of the working grid.
    """
    scans = real_scans(folder)
    boxes = [head_box(scan.volume.hu[0]) for scan in scans]
    pairs = list(zip(scans, boxes, strict=True))
    hu = np.concatenate([box.take(scan.volume.hu, size, LOW) for scan, box in pairs])
    brain = np.concatenate([box.take(brain_mask(SkullInteriorSpec(), scan.volume), size, 0) for scan, box in pairs])
    alike = anchored(torch.from_numpy(hu), torch.from_numpy(brain >= 0.5)).numpy()
    return RealSlices(
        hu=alike.round().astype(np.int16),
        brain=brain >= 0.5,
        label=np.array([scan.labels[0] for scan in scans], dtype=np.int8),
        group=np.array([scan.subject for scan in scans]),
        name=np.array([scan.id for scan in scans]),
        truth=[None if scan.truth is None else scan.truth[0] > 0 for scan in scans],
        box=boxes,
    )


def _only_scan(scans: list[Scan | ScanError]) -> Scan:
    """The one scan of a picture; raises the error that stands in its place."""
    scan = scans[0]
    if isinstance(scan, ScanError):
        raise scan
    return scan

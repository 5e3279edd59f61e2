"""What a trained method finds in one scan, before anything is written."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.predict.calibration.certainty import Certainty
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.intensity import ScannerIntensity


@dataclass(frozen=True)
class Found:
    """A scan and what a method finds in it, all on the scan's own voxels.

    Args:
        volume: the scan.
        labels: (slices, rows, columns) uint8: 0 background, 1 hemorrhage, or 1 to 5 where the method tells subtypes
            apart.
        probability: (slices, rows, columns) float32, 0 to 1, of any hemorrhage, 0 outside the brain. Of a row without a
            segmenter it is the stretched saliency map where the slice is called, 0 elsewhere. None of a row that has
            neither.
        classes: name of label 1, 2, ...: ``any`` alone, or the five ``SUBTYPES``.
        slice_probability: (slices,) float64, 0 to 1, of any hemorrhage, as the row's classifier says; None without one.
        flags: what is odd about the scan or its brain mask, sorted.
        faults: why some of the files are no part of the scan.
        method: name of the row.
        digest: sha256 of the bundle that found it, hexadecimal.
        certainty: how sure the classifier is; None where the bundle cannot tell.
        modality: ``hu`` for CT, ``mr`` for MR, what the networks learnt on and the scan was read as.
    """

    volume: CtVolume
    labels: NDArray[np.uint8]
    probability: NDArray[np.float32] | None
    classes: tuple[str, ...]
    slice_probability: NDArray[np.float64] | None
    method: str
    digest: str
    certainty: Certainty | None = None
    modality: ScannerIntensity = "hu"
    flags: list[str] = field(default_factory=list)
    faults: list[ScanError] = field(default_factory=list)

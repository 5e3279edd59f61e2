"""A trained method, loaded from a bundle: the stages' own functions for one scan, one after the other."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.brain.mask import brain_mask
from bleedmap.bundle.manifest import Bundle
from bleedmap.bundle.row import check_specs
from bleedmap.predict.calibration.confidence import UNCERTAIN
from bleedmap.predict.familiar.judge import judge
from bleedmap.predict.found import Found
from bleedmap.predict.known import Known
from bleedmap.predict.member import load_member
from bleedmap.predict.vote import vote
from bleedmap.slices.box import Box, to_own_voxels
from bleedmap.slices.each_scan import Turn, alone
from bleedmap.slices.resample_scan import resample_scan
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.intensity import ScannerIntensity


class TrainedMethod:
    """One row of the leaderboard, ready for new scans.

    Args:
        bundle: its networks and settings.

    Attributes:
        bundle: the same.
        kind: what scans it takes: ``hu`` for CT, ``mr`` for MR, as those that it was scored on.

    Raises:
        BundleError: networks, settings and chosen values do not belong together, or a weight is not finite.
        TableError: ranges or calibration cannot be read.
    """

    def __init__(self, bundle: Bundle) -> None:
        check_specs(bundle.settings, bundle.parts)
        self.bundle = bundle
        self.kind: ScannerIntensity = bundle.settings.modality
        self._known = Known.of(bundle)
        self._members = [load_member(bundle, fold) for fold in bundle.settings.folds]

    def __call__(self, volume: CtVolume, turn: Turn = alone) -> Found:
        """What it finds, on the volume's own voxels, and what is odd about the volume.

        Args:
            volume: the scan.
            turn: in which the networks are asked.

        Raises:
            ScanError: ``no-head``, before any network runs.
        """
        settings = self.bundle.settings
        brain = brain_mask(settings.brain, volume)
        flags = judge(volume, brain, settings.brain, self._known.training)
        working = resample_scan(volume, brain, settings.slices)
        each = [member(working, volume.intensity, turn) for member in self._members]
        found, certainty = vote(each), self._known.certainty(each)
        if certainty is not None and certainty.is_uncertain:
            flags = sorted([*flags, UNCERTAIN])
        rows, columns = volume.hu.shape[1:]
        return Found(
            volume=volume,
            labels=to_own_voxels(found.labels, working.box, rows, columns),
            probability=None if found.probability is None else _own(found.probability, working.box, rows, columns),
            classes=settings.classes,
            slice_probability=found.slice_probability,
            method=settings.method,
            digest=self.bundle.digest,
            certainty=certainty,
            modality=self.kind,
            flags=flags,
        )


def _own(probability: NDArray[np.float32], box: Box, rows: int, columns: int) -> NDArray[np.float32]:
    """(slices, rows, columns) float32 in [0, 1]; beside the result, memory holds one slice."""
    result = np.zeros((len(probability), rows, columns), dtype=np.float32)
    for number in np.flatnonzero(probability.any(axis=(1, 2))):
        result[number] = box.put_back(probability[number : number + 1], rows, columns)[0]
    return result.clip(0, 1, out=result)

"""All that is asked of a scan before a method is trusted with it."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.brain.gates import flags
from bleedmap.config.brain import BrainSpec
from bleedmap.predict.familiar.no_head import refuse_no_head
from bleedmap.predict.familiar.scan_statistics import scan_statistics
from bleedmap.predict.familiar.training_statistics import TrainingStatistics, unfamiliar
from bleedmap.volumes.ct_volume import CtVolume


def judge(volume: CtVolume, brain: NDArray[np.uint8], spec: BrainSpec, known: TrainingStatistics | None) -> list[str]:
    """Refuse what is no head; tell what is odd about a head.

    Args:
        volume: the scan.
        brain: (slices, rows, columns) uint8 brain mask.
        spec: the brain mask's config, for its own gates.
        known: the scans that the method learnt on; None of one that has learnt nothing, which is not compared.

    Returns:
        Flags of the reader, of the brain mask and of ``unfamiliar``, sorted, each once.

    Raises:
        ScanError: ``no-head``.
    """
    scan = scan_statistics(volume, brain)
    refuse_no_head(volume, scan)
    strange = [] if known is None else unfamiliar(scan, known)
    return sorted({*volume.flags, *flags(spec, brain, volume), *strange})

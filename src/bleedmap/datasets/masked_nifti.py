"""Reading scans with masks in NIfTI: mask values, and what is known before any mask is asked."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import UNKNOWN_LABEL
from bleedmap.datasets.scan_labels import ScanLabels
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.nifti import read_mask


def read_labels(path: Path, like: CtVolume, highest: int) -> NDArray[np.uint8]:
    """A mask whose values are 0 to ``highest``, on the voxels of a scan.

    Raises:
        ScanError: ``mask-values``, or what ``read_mask`` raises.
    """
    mask = read_mask(path, like)
    if mask.max() > highest:
        raise ScanError(
            "mask-values",
            found=f"mask values up to {mask.max()}",
            expected=f"whole numbers from 0 to {highest}",
            remedy="fetch the mask again; another release may count its labels otherwise",
        )
    return mask


def unlabelled(slices: int) -> ScanLabels:
    """What is known of a scan before any reader or mask is asked."""
    return ScanLabels(np.full(slices, UNKNOWN_LABEL, dtype=np.int8), None, UNKNOWN_LABEL)

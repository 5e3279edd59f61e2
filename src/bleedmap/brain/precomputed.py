"""Brain masks that somebody else made, one file a scan."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.brain import PrecomputedSpec
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.nifti import read_mask


def brain_mask(spec: PrecomputedSpec, volume: CtVolume, name: str) -> NDArray[np.uint8]:
    """The mask of a scan, from ``<name>.nii.gz``.

    Args:
        spec: the folder.
        volume: the scan.
        name: its public id.

    Returns:
        (slices, rows, columns) uint8, 1 wherever the file is above 0.

    Raises:
        ScanError: ``brain-missing``, ``mask-grid``, ``mask-values`` or that of an unreadable file.
    """
    path = spec.folder / f"{name}.nii.gz"
    if not path.is_file():
        raise ScanError(
            "brain-missing",
            found="no brain mask of this scan",
            expected="a file <scan>.nii.gz in brain.folder",
            remedy="add the mask, or choose another brain.method",
        )
    return (read_mask(path, volume) > 0).astype(np.uint8)

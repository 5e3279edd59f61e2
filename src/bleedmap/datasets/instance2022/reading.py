"""INSTANCE 2022: head CT in NIfTI with masks of blood of any kind; slice labels follow from the masks."""

from bleedmap.config.nifti_datasets import Instance2022Spec
from bleedmap.datasets.masked_nifti import read_labels, unlabelled
from bleedmap.datasets.nifti_pairs import paths
from bleedmap.datasets.sources import Source
from bleedmap.datasets.truth_labels import with_truth
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.nifti import read_nifti


def read(spec: Instance2022Spec, source: Source) -> list[Scan | ScanError]:
    """One scan; its labels are unknown if it has no mask.

    Raises:
        ScanError: what ``read_nifti`` and ``read_mask`` raise; ``mask-values`` for anything but 0 and 1.
    """
    scan, mask = paths(source)
    volume = read_nifti(scan)
    known = unlabelled(len(volume.hu))
    if mask is None:
        return [Scan(source.id, source.id, volume, known.labels)]
    truth = read_labels(mask, volume, highest=1)
    known = with_truth(known, truth, has_subtypes=False)
    return [Scan(source.id, source.id, volume, known.labels, truth, scan_label=known.scan_label)]

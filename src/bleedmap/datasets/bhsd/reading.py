"""BHSD: head CT in NIfTI with masks of five subtypes; patients of RSNA 2019, some of them with two scans."""

import numpy as np

from bleedmap.config.nifti_datasets import BhsdSpec
from bleedmap.constants import SUBTYPES, UNKNOWN_LABEL
from bleedmap.datasets.bhsd.listing import MADE_OF, NAME, UNLABELLED
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.masked_nifti import read_labels, unlabelled
from bleedmap.datasets.nifti_pairs import paths
from bleedmap.datasets.sources import Source
from bleedmap.datasets.truth_labels import with_truth
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.nifti import read_nifti

OURS = np.array([0, 5, 1, 2, 3, 4], dtype=np.uint8)  # values 0..5 of its masks in the order of SUBTYPES, from 1


def read(spec: BhsdSpec, source: Source) -> list[Scan | ScanError]:
    """One scan; without a mask its slice labels are unknown, or all 0 if the set says that it does not bleed.

    Raises:
        ScanError: ``file-name``, ``mask-values``, or what ``read_nifti`` and ``read_mask`` raise.
    """
    name = NAME.fullmatch(source.name)
    if name is None:
        raise ScanError(
            "file-name",
            found="a scan whose name does not tell its patient",
            expected="ID_, 8 hexadecimal digits, _ID_ and 10 more",
            remedy="give the file its own name back",
        )
    subject = public_name(name[1], public=spec.public_names)
    path, mask = paths(source)
    volume = read_nifti(path)
    known = unlabelled(len(volume.hu))
    if mask is None:
        scan_label = UNLABELLED.get(path.parent.name, UNKNOWN_LABEL)
        if scan_label != 0:
            return [Scan(source.id, subject, volume, known.labels, scan_label=scan_label)]
        none = np.zeros((len(volume.hu), len(SUBTYPES)), dtype=np.int8)
        return [
            Scan(source.id, subject, volume, none[:, 0], subtypes=none, scan_label=0, scan_subtypes=none[0]),
        ]
    truth = OURS[read_labels(mask, volume, highest=len(MADE_OF))]
    known = with_truth(known, truth, has_subtypes=True)
    scan = Scan(
        source.id,
        subject,
        volume,
        known.labels,
        truth,
        subtypes=known.subtypes,
        scan_label=known.scan_label,
        scan_subtypes=known.scan_subtypes,
        truth_subtypes=True,
    )
    return [scan]

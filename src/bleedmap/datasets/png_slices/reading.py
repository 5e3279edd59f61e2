"""Single slices as pictures: grey values, a label table, perhaps groups and masks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.datasets import PngSlicesSpec
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import contradiction
from bleedmap.datasets.png_slices.listing import mask_file, table_of
from bleedmap.datasets.sources import Source
from bleedmap.datasets.tables import binary
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.picture import read_grey, read_picture_mask


def read(spec: PngSlicesSpec, source: Source) -> list[Scan | ScanError]:
    """One scan of one slice.

    Raises:
        ScanError: no such picture, no label, rows that contradict each other, or a file that cannot be read.
    """
    if not source.files:
        raise ScanError(
            "label-slice",
            found="a label for a picture that is not there",
            expected="a picture of that name",
            remedy="add the picture, or drop its row from the label table",
        )
    labels, groups = table_of(spec, spec.labels, "hemorrhage"), table_of(spec, spec.groups, "group")
    if source.name not in labels:
        raise ScanError(
            "no-label", found="a picture without a label", expected="a row in the label table", remedy="add its row"
        )
    label = np.array([binary(_agreed(labels[source.name]))], dtype=np.int8)
    group = _agreed(groups.get(source.name, [source.name]))
    volume = read_grey(source.files[0], spec.window)
    subject = public_name(group, public=spec.public_names)
    mask = mask_file(spec, source.name)
    truth: NDArray[np.uint8] | None
    if mask is not None:
        truth = read_picture_mask(mask)[None]
    else:
        # a slice without a bleed has the empty mask as its truth; a bleeding one nobody drew has none
        truth = np.zeros(volume.hu.shape, dtype=np.uint8) if label[0] == 0 else None
    if truth is not None and truth.shape != volume.hu.shape:
        raise ScanError(
            "mask-grid",
            found=f"a mask of {truth.shape[1:]} pixels for a picture of {volume.hu.shape[1:]}",
            expected="the same size",
            remedy="redraw or resize the mask",
        )
    return [Scan(source.id, subject, volume, label, truth)]


def _agreed(words: Sequence[str]) -> str:
    """What all rows on one picture say."""
    if len(words) > 1:
        raise contradiction()
    return words[0]

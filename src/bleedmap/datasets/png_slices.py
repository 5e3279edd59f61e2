"""Single slices as pictures: brain-window grey values, a label table, perhaps groups and masks."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.datasets import PngSlicesSpec
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import binary, read_rows
from bleedmap.datasets.sources import Source, stamp
from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.picture import read_grey, read_picture_mask


def list_sources(spec: PngSlicesSpec) -> list[Source]:
    """One source a row of the label table and one a picture without a row.

    Raises:
        TableError: the root is no folder, holds no picture, or a table is unusable.
    """
    if not spec.root.is_dir():
        raise TableError(
            "no-folder",
            found="no folder where the config says one is",
            expected="a folder of pictures",
            remedy="correct root",
        )
    pictures = {file.stem: file for file in sorted(spec.root.glob("*.png"))}
    if not pictures:
        raise TableError(
            "empty-folder", found="a folder without .png files", expected="pictures", remedy="correct root"
        )
    labels, groups = _table(spec, spec.labels, "hemorrhage"), _table(spec, spec.groups, "group")
    sources = []
    for name in sorted(pictures.keys() | labels.keys()):
        files = tuple(file for file in (pictures.get(name), _mask_file(spec, name)) if file is not None)
        digest = stamp(files, labels.get(name), groups.get(name), spec.window)
        sources.append(
            Source(public_name(name, public=spec.public_names), name, files if name in pictures else (), digest)
        )
    return sources


def read(spec: PngSlicesSpec, source: Source) -> list[Scan | ScanError]:
    """One scan of one slice.

    Raises:
        ScanError: no such picture, no label, or a file that cannot be read.
    """
    if not source.files:
        raise ScanError(
            "label-slice",
            found="a label for a picture that is not there",
            expected="a .png file of that name",
            remedy="add the picture, or drop its row from the label table",
        )
    labels, groups = _table(spec, spec.labels, "hemorrhage"), _table(spec, spec.groups, "group")
    if source.name not in labels:
        raise ScanError(
            "no-label", found="a picture without a label", expected="a row in the label table", remedy="add its row"
        )
    volume = read_grey(source.files[0], spec.window)
    subject = public_name(groups.get(source.name, source.name), public=spec.public_names)
    label = np.array([binary(labels[source.name])], dtype=np.int8)
    mask = _mask_file(spec, source.name)
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


def _table(spec: PngSlicesSpec, file: str | None, column: str) -> dict[str, str]:
    if file is None:
        return {}
    return {row["id"].zfill(spec.id_digits): row[column] for row in read_rows(spec.root / file, ("id", column))}


def _mask_file(spec: PngSlicesSpec, name: str) -> Path | None:
    file = spec.root / spec.masks / f"{name}.png" if spec.masks else None
    return file if file is not None and file.is_file() else None

"""Writing the index of RSNA 2019 from headers and label table; done once (``bleedmap index-data``)."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.console import say, track
from bleedmap.constants import UNKNOWN_LABEL
from bleedmap.datasets.dicom_tags import read_tags
from bleedmap.datasets.rsna2019.index import COLUMNS, IMAGES, LABELS, index_file
from bleedmap.datasets.rsna2019.labels import KINDS, RsnaLabels, read_labels
from bleedmap.errors import TableError
from bleedmap.provenance.tables import write_table

LABEL_TABLE = "stage_2_train.csv"

# what can stand in the index as it is: no comma, quote or line end, and no formula of a spreadsheet
_ID = re.compile(r"[A-Za-z0-9_][^,\"\r\n]*")
_IMAGE_FILE = re.compile(r"ID_[0-9a-f]{9}\.dcm")


def build_index(spec: Rsna2019Spec, workers: int = 2) -> int:
    """Read the header of every image and the label table, and write the index; minutes for the whole set.

    Args:
        spec: the data set; the index is written to ``index_file(spec)``, readable by its owner alone.
        workers: processes that read headers.

    Returns:
        Number of images in the index, unreadable ones included.

    Raises:
        TableError: no images, or no usable label table.
    """
    files = image_files(spec)
    known = read_labels(spec.root / LABEL_TABLE)
    headers = read_tags(list(files.values()), ["PatientID", "StudyInstanceUID", "SeriesInstanceUID"], workers)
    owners = [
        tags if tags and all(map(_ID.fullmatch, tags)) else ("", "", "")
        for tags in track(headers, "reading headers", total=len(files), unit="images")
    ]
    table = pd.DataFrame(owners, columns=list(COLUMNS[1:4]))
    table.insert(0, "image", list(files))
    table["size"] = [file.stat().st_size for file in files.values()]
    table[list(LABELS)] = labels_of(list(files), known)
    write_table(table.sort_values(["study", "series", "image"]), index_file(spec), private=True)
    unreadable = int((table["study"] == "").sum())
    say(f"{len(table)} images indexed, {unreadable} of them unreadable")
    return len(table)


def image_files(spec: Rsna2019Spec) -> dict[str, Path]:
    """Files of the images by name, sorted.

    Raises:
        TableError: no such folder, or no image in it.
    """
    folder = spec.root / IMAGES
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    files = {entry.stem: entry for entry in entries if _IMAGE_FILE.fullmatch(entry.name)}
    if not files:
        raise TableError(
            "empty-folder" if folder.is_dir() else "no-folder",
            found="no stage_2_train folder with images in the root folder",
            expected="files named ID_<9 hex>.dcm",
            remedy="correct root, or unpack the archive there",
        )
    return files


def labels_of(images: list[str], known: RsnaLabels) -> NDArray[np.int8]:
    """(images, 6) labels in the order of ``LABELS``; -1 for images that the table does not name."""
    if not len(known.images):
        return np.full((len(images), len(KINDS)), UNKNOWN_LABEL, dtype=np.int8)
    names = np.array(images, dtype=np.str_)
    row = np.searchsorted(known.images, names).clip(max=len(known.images) - 1)
    found = known.images[row] == names
    return np.where(found[:, None], known.values[row], UNKNOWN_LABEL).astype(np.int8)

"""The index of RSNA 2019: which slices make which scan, for only their headers tell, and there are 752,803 of them.

Built once (``bleedmap index-data``); from then on the data set is listed from this one table in seconds.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.console import say, track
from bleedmap.datasets.dicom_tags import read_tags
from bleedmap.datasets.labels import UNKNOWN
from bleedmap.datasets.rsna2019_labels import KINDS, RsnaLabels, read_labels
from bleedmap.errors import TableError
from bleedmap.provenance.tables import write_table
from bleedmap.volumes.ct_volume import SUBTYPES

IMAGES, LABEL_TABLE = "stage_2_train", "stage_2_train.csv"
LABELS = ["any", *SUBTYPES]
COLUMNS = ["image", "patient", "study", "series", "size", *LABELS]

_IMAGE_FILE = re.compile(r"ID_[0-9a-f]{9}\.dcm")


@dataclass(frozen=True, repr=False)
class Index:
    """Slices sorted by scan.

    Args:
        scans: rows of every scan, by its name: the study, with the series behind it where the study has several.
        stamps: digest of every scan's images, patient, sizes and labels, in the order of ``scans``.
        images: (rows,) names of the images.
        patients: (rows,) number of the patient among ``patient_ids``.
        patient_ids: every patient once.
        labels: (rows, 6) int8 in the order of ``LABELS``, values as in ``RsnaLabels``.
        unreadable: images whose header is damaged or names no patient, study or series.
    """

    scans: dict[str, slice]
    stamps: list[str]
    images: NDArray[np.object_]
    patients: NDArray[np.int64]
    patient_ids: NDArray[np.object_]
    labels: NDArray[np.int8]
    unreadable: list[str]


def build_index(spec: Rsna2019Spec, workers: int = 2) -> int:
    """Read the header of every image and the label table, and write the index; minutes for the whole set.

    Args:
        spec: the data set; the index is written to ``spec.index_file``, readable by its owner alone.
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
        tags if tags and all(tags) else ("", "", "")
        for tags in track(headers, "reading headers", total=len(files), unit="images")
    ]
    table = pd.DataFrame(owners, columns=COLUMNS[1:4])
    table.insert(0, "image", list(files))
    table["size"] = [file.stat().st_size for file in files.values()]
    table[LABELS] = labels_of(list(files), known)
    write_table(table.sort_values(["study", "series", "image"]), spec.index_file, private=True)
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
        return np.full((len(images), len(KINDS)), UNKNOWN, dtype=np.int8)
    names = np.array(images, dtype=np.str_)
    row = np.searchsorted(known.images, names).clip(max=len(known.images) - 1)
    found = known.images[row] == names
    return np.where(found[:, None], known.values[row], UNKNOWN).astype(np.int8)


def load_index(spec: Rsna2019Spec) -> Index:
    """Read the index; again only once it has changed.

    Raises:
        TableError: there is none, or it is no index.
    """
    file = spec.index_file
    if not file.is_file():
        raise TableError(
            "no-index",
            found="no index of the data set",
            expected="one, built from the headers of the images",
            remedy="run `bleedmap index-data` for this data set once",
        )
    state = file.stat()
    return _load(file, state.st_mtime_ns, state.st_size)


def read_index(file: Path) -> pd.DataFrame:
    """The index as it was written.

    Raises:
        TableError: it is no index.
    """
    types = {"image": "object", "size": "int64", **dict.fromkeys(COLUMNS[1:4], "category")}
    types |= dict.fromkeys(LABELS, "int8")
    try:
        return pd.read_csv(file, dtype=types, usecols=COLUMNS)[COLUMNS]
    except (ValueError, OverflowError, pd.errors.ParserError):
        raise TableError(
            "bad-index",
            found="an index that was cut short or edited",
            expected="the table that `bleedmap index-data` writes",
            remedy="run `bleedmap index-data` for this data set again",
        ) from None


@lru_cache(maxsize=2)
def _load(file: Path, changed: int, size: int) -> Index:
    # what changed is not used, it makes a changed file another entry of the cache
    table = read_index(file)
    table = table.iloc[np.lexsort([table["series"].cat.codes, table["study"].cat.codes])]
    is_readable = (table[["patient", "study", "series"]].notna()).all(axis=1).to_numpy()
    unreadable = sorted(table["image"][~is_readable])
    table = table[is_readable]
    study, series = (table[name].cat.codes.to_numpy() for name in ("study", "series"))
    is_first = np.ones(len(table), dtype=np.bool_)
    is_first[1:] = (np.diff(study) != 0) | (np.diff(series) != 0)
    starts = np.flatnonzero(is_first)
    names = _names(table.iloc[starts])
    rows = [slice(int(start), int(end)) for start, end in pairwise([*starts, len(table)])]
    return Index(
        scans=dict(zip(names, rows, strict=True)),
        stamps=_stamps(table[["image", "patient", "size", *LABELS]], starts),
        images=table["image"].to_numpy(dtype=object),
        patients=np.asarray(table["patient"].cat.codes, dtype=np.int64),
        patient_ids=table["patient"].cat.categories.to_numpy(dtype=object),
        labels=table[LABELS].to_numpy(dtype=np.int8),
        unreadable=unreadable,
    )


def _names(firsts: pd.DataFrame) -> list[str]:
    """Names of scans from the first row of each: a series says its own name where its study has several."""
    study, series = firsts["study"].astype(object), firsts["series"].astype(object)
    return list(study.where(~study.duplicated(keep=False), study + "-" + series))


def _stamps(content: pd.DataFrame, starts: NDArray[np.intp]) -> list[str]:
    """A digest for each scan, whatever the order of its rows."""
    if not len(starts):
        return []
    digests = pd.util.hash_pandas_object(content, index=False, categorize=False).to_numpy(dtype=np.uint64)
    return [f"{digest:016x}" for digest in np.add.reduceat(digests, starts)]

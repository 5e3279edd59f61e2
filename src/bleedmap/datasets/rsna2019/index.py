"""The index of RSNA 2019: which slices make which scan, for only their headers tell, and there are 752,803 of them.

Built once (``build_index``); from then on the data set is listed from this one table in seconds, in plain Python, so
that planning imports nothing heavy.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.constants import CLASSES
from bleedmap.errors import TableError

IMAGES = "stage_2_train"
LABELS = CLASSES
COLUMNS = ("image", "patient", "study", "series", "size", *LABELS)
CONTRADICTED = -2

Labels = tuple[int, ...]


@dataclass(frozen=True, repr=False)
class IndexedScan:
    """The slices of one series, in the order of their names.

    Args:
        images: names of the images.
        labels: a row an image in the order of ``LABELS``, values as in ``RsnaLabels``.
        patients: whose they are: one, or the data set is at fault.
        stamp: digest of images, patients, sizes and labels, whatever their order in the index.
    """

    images: tuple[str, ...]
    labels: tuple[Labels, ...]
    patients: frozenset[str]
    stamp: str


@dataclass(frozen=True, repr=False)
class Index:
    """All series of the data set.

    Args:
        scans: by name: the study, with the series behind it where the study has several; sorted by study and series.
        unreadable: images whose header is damaged or names no patient, study or series; sorted.
    """

    scans: dict[str, IndexedScan]
    unreadable: tuple[str, ...]


@dataclass
class _Gathered:
    """Rows of one series while the index is read."""

    rows: list[tuple[str, Labels]] = field(default_factory=list)
    patients: set[str] = field(default_factory=set)
    digest: int = 0


def index_file(spec: Rsna2019Spec) -> Path:
    """Where the index of a copy is."""
    return spec.index or spec.root / "bleedmap-index.csv"


def load_index(spec: Rsna2019Spec) -> Index:
    """Read the index; again only once it has changed.

    Raises:
        TableError: there is none, or it is no index.
    """
    file = index_file(spec)
    if not file.is_file():
        raise TableError(
            "no-index",
            found="no index of the data set",
            expected="one, built from the headers of the images",
            remedy="run `bleedmap index-data` for this data set once",
        )
    state = file.stat()
    return _load(file, state.st_mtime_ns, state.st_size)


def bad_index() -> TableError:
    """The fault of a file that is no index."""
    return TableError(
        "bad-index",
        found="an index that was cut short or edited",
        expected="the table that `bleedmap index-data` writes",
        remedy="run `bleedmap index-data` for this data set again",
    )


@lru_cache(maxsize=2)
def _load(file: Path, changed: int, size: int) -> Index:
    # what changed is not used, it makes a changed file another entry of the cache
    gathered: dict[tuple[str, str], _Gathered] = {}
    unreadable = []
    for image, patient, study, series, labels, digest in _rows(file):
        if not (patient and study and series):
            unreadable.append(image)
            continue
        group = gathered.setdefault((study, series), _Gathered())
        group.rows.append((image, labels))
        group.patients.add(patient)
        group.digest += digest
    names = _names(sorted(gathered))
    scans = {name: _scan(gathered[key]) for key, name in names.items()}
    return Index(scans, tuple(sorted(unreadable)))


def _rows(file: Path) -> Iterator[tuple[str, str, str, str, Labels, int]]:
    """Image, patient, study, series, labels and digest of every row.

    Raises:
        TableError: a row of another form.
    """
    # few sizes and rows of labels differ, so each is read once and shared
    boards: dict[tuple[str, ...], Labels] = {}
    sizes: dict[str, int] = {}
    try:
        with file.open(newline="", encoding="utf-8") as opened:
            reader = csv.reader(opened)
            if tuple(next(reader, ())) != COLUMNS:
                raise bad_index()
            for image, patient, study, series, size, *said in reader:
                key = tuple(said)
                if key not in boards:
                    boards[key] = _labels(key)
                if size not in sizes:
                    sizes[size] = int(size)
                content = f"{image} {patient} {size} {' '.join(said)}".encode()
                digest = int.from_bytes(blake2b(content, digest_size=8).digest(), "big")
                yield image, patient, study, series, boards[key], digest
    except (ValueError, csv.Error):
        raise bad_index() from None


def _labels(said: tuple[str, ...]) -> Labels:
    if len(said) != len(LABELS):
        raise bad_index()
    return tuple(map(int, said))


def _names(keys: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Names of scans by study and series: a series says its own name where its study has several."""
    studies = [study for study, _ in keys]
    several = {study for study, after in pairwise(studies) if study == after}
    return {(study, series): f"{study}-{series}" if study in several else study for study, series in keys}


def _scan(group: _Gathered) -> IndexedScan:
    images, labels = zip(*sorted(group.rows), strict=True)
    return IndexedScan(images, labels, frozenset(group.patients), f"{group.digest % 2**64:016x}")

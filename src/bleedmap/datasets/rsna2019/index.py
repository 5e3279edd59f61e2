"""The index of RSNA 2019: which slices make which scan, for only their headers tell, and there are 752,803 of them.

Built once (``build_index``), a line a scan; from then on the data set is listed from this one table in a blink, in
plain Python, so that planning imports nothing heavy.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.constants import CLASSES
from bleedmap.errors import TableError

IMAGES = "stage_2_train"
LABELS = CLASSES
COLUMNS = ("study", "series", "slices")
SLICE = ("image", "patient", "size", *LABELS)  # what the index says of a slice, with blanks between
END = "end"  # the last line: this word and the number of lines between it and the header
CONTRADICTED = -2
LARGEST_BYTES = 1_000_000_000  # the whole data set's has 75 MB

Labels = tuple[int, ...]


@dataclass(frozen=True, repr=False)
class IndexedScan:
    """The slices of one series.

    Args:
        slices: what the index says of them, sorted by image.
    """

    slices: bytes

    @cached_property
    def _rows(self) -> list[list[str]]:
        return [row.split(" ") for row in self.slices.decode().split(";")]

    @property
    def first_image(self) -> str:
        """Name of the image whose name comes first."""
        return self.slices.partition(b" ")[0].decode()

    @property
    def images(self) -> tuple[str, ...]:
        """Names of the images, sorted."""
        return tuple(row[0] for row in self._rows)

    @property
    def patients(self) -> frozenset[str]:
        """Whose they are: one, or the data set is at fault."""
        return frozenset(row[1] for row in self._rows)

    @property
    def labels(self) -> tuple[Labels, ...]:
        """A row an image in the order of ``LABELS``, values as in ``RsnaLabels``.

        Raises:
            TableError: a value that is no number.
        """
        try:
            return tuple(tuple(map(int, row[3:])) for row in self._rows)
        except ValueError:
            raise bad_index() from None

    @property
    def stamp(self) -> str:
        """Digest of images, patients, sizes and labels."""
        return blake2b(self.slices, digest_size=8).hexdigest()


@dataclass(frozen=True, repr=False)
class Index:
    """All series of the data set.

    Args:
        scans: by name: the study, with the series behind it where the study has several; sorted by study and series.
        unreadable: images whose header is damaged or names no patient, study or series; sorted.
    """

    scans: dict[str, IndexedScan]
    unreadable: tuple[str, ...]


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
    if state.st_size > LARGEST_BYTES:
        raise bad_index()
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
    lines = file.read_bytes().splitlines()
    if lines[:1] != [",".join(COLUMNS).encode()] or lines[-1] != f"{END},{len(lines) - 2},".encode():
        raise bad_index()
    scans: dict[tuple[str, str], IndexedScan] = {}
    unreadable: list[str] = []
    for line in lines[1:-1]:
        study, series, slices = _cells(line)
        if study and series:
            scans[study.decode(), series.decode()] = IndexedScan(slices)
        else:
            unreadable.extend(IndexedScan(slices).images)
    return Index({name: scans[key] for key, name in _names(sorted(scans)).items()}, tuple(sorted(unreadable)))


def _cells(line: bytes) -> list[bytes]:
    """The three cells of a line.

    Raises:
        TableError: it is none of an index.
    """
    cells = line.split(b",")
    if len(cells) != len(COLUMNS) or cells[2].count(b" ") != (len(SLICE) - 1) * (cells[2].count(b";") + 1):
        raise bad_index()
    return cells


def _names(keys: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Names of scans by study and series: a series says its own name where its study has several."""
    studies = [study for study, _ in keys]
    several = {study for study, after in pairwise(studies) if study == after}
    return {(study, series): f"{study}-{series}" if study in several else study for study, series in keys}

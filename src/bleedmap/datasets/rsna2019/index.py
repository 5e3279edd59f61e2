"""The index of RSNA 2019: which slices make which scan, for only their headers tell, and there are 752,803 of them.

Built once (``build_index``); from then on the data set is listed from this one table in seconds, in plain Python, so
that planning imports nothing heavy.
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
COLUMNS = ("image", "patient", "study", "series", "size", *LABELS)
CONTRADICTED = -2
LARGEST_BYTES = 1_000_000_000  # the whole data set's has 75 MB

Labels = tuple[int, ...]


@dataclass(frozen=True, repr=False)
class IndexedScan:
    """The slices of one series.

    Args:
        rows: its lines of the index without study and series, sorted: image, patient, size and labels.
    """

    rows: tuple[bytes, ...]

    @property
    def first_image(self) -> str:
        """Name of the image whose name comes first."""
        return self.rows[0].split(b",", 1)[0].decode()

    @cached_property
    def images(self) -> tuple[str, ...]:
        """Names of the images, sorted."""
        return tuple(row.split(b",", 1)[0].decode() for row in self.rows)

    @cached_property
    def patients(self) -> frozenset[str]:
        """Whose they are: one, or the data set is at fault."""
        return frozenset(row.split(b",", 2)[1].decode() for row in self.rows)

    @cached_property
    def labels(self) -> tuple[Labels, ...]:
        """A row an image in the order of ``LABELS``, values as in ``RsnaLabels``.

        Raises:
            TableError: a value that is no number.
        """
        try:
            return tuple(tuple(map(int, row.split(b",")[3:])) for row in self.rows)
        except ValueError:
            raise bad_index() from None

    @property
    def stamp(self) -> str:
        """Digest of images, patients, sizes and labels, whatever their order in the index."""
        return blake2b(b"\n".join(self.rows), digest_size=8).hexdigest()


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
    header, _, body = file.read_bytes().partition(b"\n")
    if header.rstrip(b"\r").decode(errors="replace").split(",") != list(COLUMNS):
        raise bad_index()
    gathered: dict[tuple[bytes, bytes], list[bytes]] = {}
    unreadable = []
    for line in body.splitlines():
        try:
            image, patient, study, series, rest = line.split(b",", 4)
        except ValueError:
            raise bad_index() from None
        if rest.count(b",") != len(LABELS):
            raise bad_index()
        if patient and study and series:
            gathered.setdefault((study, series), []).append(b"%b,%b,%b" % (image, patient, rest))
        else:
            unreadable.append(image.decode())
    scans = {(study.decode(), series.decode()): tuple(sorted(rows)) for (study, series), rows in gathered.items()}
    names = _names(sorted(scans))
    return Index({name: IndexedScan(scans[key]) for key, name in names.items()}, tuple(sorted(unreadable)))


def _names(keys: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Names of scans by study and series: a series says its own name where its study has several."""
    studies = [study for study, _ in keys]
    several = {study for study, after in pairwise(studies) if study == after}
    return {(study, series): f"{study}-{series}" if study in several else study for study, series in keys}

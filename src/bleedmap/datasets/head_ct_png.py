"""Kaggle's "Head CT - hemorrhage": slices as pictures, read as ``png_slices`` does once they are found."""

from collections.abc import Iterator
from pathlib import Path

from bleedmap.config.datasets import HeadCtPngSpec, PngSlicesSpec
from bleedmap.datasets import png_slices
from bleedmap.datasets.about import About
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import read_rows
from bleedmap.datasets.sources import Source
from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.ct_volume import Scan

ABOUT = About(
    title="Head CT - hemorrhage, 200 slices as pictures",
    licence="not stated; check the terms at the source",
    source="https://www.kaggle.com/datasets/felipekitamura/head-ct-hemorrhage",
    layout="labels.csv and head_ct/head_ct/<NNN>.png",
    scans=200,
)
TABLE = "labels.csv"
ID_DIGITS = 3  # 007.png may be 7 in the table
KNOWN = {".png", ".csv"}
PICTURES = ("head_ct/head_ct", "head_ct", ".")


def list_sources(spec: HeadCtPngSpec) -> list[Source]:
    """One source a row of the label table and one a picture without a row.

    Raises:
        TableError: no label table, no picture, or an unusable table.
    """
    return png_slices.list_sources(_as_pictures(spec))


def read(spec: HeadCtPngSpec, source: Source) -> list[Scan | ScanError]:
    """One scan of one slice; without groups it is its own subject (see ``png_slices.read``)."""
    return png_slices.read(_as_pictures(spec), source)


def check(spec: HeadCtPngSpec) -> list[Finding]:
    """Repeated and contradicting rows, masks and groups of slices that are not there, and files that are none."""
    pictures = _as_pictures(spec)
    names = {file.stem for file in pictures.root.glob("*.png")}
    strays = [e for e in pictures.root.iterdir() if e.is_file() and e.suffix not in KNOWN and e.name[0] != "."]
    return [
        *_check_rows(spec, pictures.labels, "hemorrhage"),
        *_check_groups(spec, pictures.groups, names),
        *_check_masks(pictures.masks, names),
        *_count("unexpected-file", len(strays), "files that are no .png", "pictures as .png, and tables"),
    ]


def _check_groups(spec: HeadCtPngSpec, table: str | None, names: set[str]) -> Iterator[Finding]:
    if table is None:
        return
    yield from _check_rows(spec, table, "group")
    grouped = {row["id"].zfill(ID_DIGITS) for row in read_rows(Path(table), ("id", "group"))}
    yield from _count("no-group", len(names - grouped), "slices without a group", "a row a slice in the group table")
    yield from _count("no-scan", len(grouped - names), "groups of slices that are not there", "a picture a row")


def _check_masks(folder: str | None, names: set[str]) -> Iterator[Finding]:
    masks = {file.stem for file in Path(folder).glob("*.png")} if folder else set()
    yield from _count("no-scan", len(masks - names), "masks of slices that are not there", "a picture a mask")


def _check_rows(spec: HeadCtPngSpec, table: str, column: str) -> Iterator[Finding]:
    groups: dict[str, list[str]] = {}
    for row in read_rows(Path(table), ("id", column)):
        groups.setdefault(row["id"].zfill(ID_DIGITS), []).append(row[column])
    for name, rows in groups.items():
        values = set(rows)
        if len(rows) > 1:
            yield Finding(
                public_name(name, public=spec.public_names),
                ScanError(
                    "contradicting-rows" if len(values) > 1 else "repeated-row",
                    found=f"{len(rows)} rows of one slice, {'which differ' if len(values) > 1 else 'all the same'}",
                    expected="one row a slice",
                    remedy="drop all but the right one; the last is read",
                ),
            )


def _count(code: str, number: int, found: str, expected: str) -> Iterator[Finding]:
    if number:
        yield set_finding(code, found=f"{number} {found}", expected=expected, remedy="correct whichever is wrong")


def _as_pictures(spec: HeadCtPngSpec) -> PngSlicesSpec:
    """The set as ``png_slices`` is told of it; its tables lie some folders above the pictures."""
    top = next((folder for folder in _tops(spec.root) if (folder / TABLE).is_file()), None)
    if top is None:
        raise TableError(
            "no-table" if spec.root.is_dir() else "no-folder",
            found="no labels.csv where the data set keeps it",
            expected=ABOUT.layout,
            remedy="correct root, or unpack the data set there",
        )
    places = [top / place for place in PICTURES]
    root = next((place for place in places if next(place.glob("*.png"), None) is not None), top)
    return PngSlicesSpec(
        root=root,
        labels=str(top / TABLE),
        id_digits=ID_DIGITS,
        groups=None if spec.groups is None else str(top / spec.groups),
        masks=None if spec.masks is None else str(top / spec.masks),
        window=spec.window,
        public_names=spec.public_names,
    )


def _tops(root: Path) -> list[Path]:
    """Folders that may hold the tables: the root, and the ones above it if it is the folder of the pictures."""
    above = [folder for folder in (root.parent, root.parent.parent) if root.name == "head_ct"]
    return [root, *above]

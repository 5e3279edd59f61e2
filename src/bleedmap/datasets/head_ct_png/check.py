"""Kaggle's "Head CT - hemorrhage": pictures, rows, masks and groups held against each other."""

from collections.abc import Iterator
from pathlib import Path

from bleedmap.config.datasets import HeadCtPngSpec
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.head_ct_png.listing import ID_DIGITS, as_pictures
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.png_slices.listing import is_picture, pictures_in
from bleedmap.datasets.tables import read_rows
from bleedmap.errors import ScanError


def _is_known(file: Path) -> bool:
    return is_picture(file) or file.suffix == ".csv" or file.name.startswith(".")


def check(spec: HeadCtPngSpec) -> list[Finding]:
    """Repeated and contradicting rows, masks and groups of slices that are not there, and files that are none."""
    pictures = as_pictures(spec)
    names = set(pictures_in(pictures.root))
    strays = [e for e in pictures.root.iterdir() if e.is_file() and not _is_known(e)]
    return [
        *_check_rows(spec, pictures.labels, "hemorrhage"),
        *_check_groups(spec, pictures.groups, names),
        *_check_masks(pictures.masks, names),
        *_count("unexpected-file", len(strays), "files that are no picture", "pictures as .png or .jpg, and tables"),
    ]


def _check_groups(spec: HeadCtPngSpec, table: str | None, names: set[str]) -> Iterator[Finding]:
    if table is None:
        return
    yield from _check_rows(spec, table, "group")
    grouped = {row["id"].zfill(ID_DIGITS) for row in read_rows(Path(table), ("id", "group"))}
    yield from _count("no-group", len(names - grouped), "slices without a group", "a row a slice in the group table")
    yield from _count("no-scan", len(grouped - names), "groups of slices that are not there", "a picture a row")


def _check_masks(folder: str | None, names: set[str]) -> Iterator[Finding]:
    masks = set(pictures_in(Path(folder))) if folder else set()
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
                    remedy="drop all but the right one; a slice whose rows differ is not read",
                ),
            )


def _count(code: str, number: int, found: str, expected: str) -> Iterator[Finding]:
    if number:
        yield set_finding(code, found=f"{number} {found}", expected=expected, remedy="correct whichever is wrong")

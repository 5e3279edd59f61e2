"""Single slices as pictures: which there are, with their rows in the tables."""

import os
from pathlib import Path

from bleedmap.config.datasets import PngSlicesSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.sources import Source, require_masks, stamp
from bleedmap.datasets.tables import read_rows
from bleedmap.errors import TableError

ABOUT = About(
    title="Slices of your own as pictures",
    licence="yours to know: the terms under which you may use the pictures",
    source="your own archive; export axial slices in a brain window as PNG",
    layout="a folder of <id>.png and a label table with columns id, hemorrhage",
)


def list_sources(spec: PngSlicesSpec) -> list[Source]:
    """One source a row of the label table and one a picture without a row.

    Raises:
        TableError: the root is no folder, holds no picture, a table is unusable, or there is no folder of masks where
            one is named.
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
    if spec.masks is not None:
        require_masks(spec.root / spec.masks)
    labels, groups = table_of(spec, spec.labels, "hemorrhage"), table_of(spec, spec.groups, "group")
    sources = []
    for name in sorted(pictures.keys() | labels.keys()):
        files = tuple(file for file in (pictures.get(name), mask_file(spec, name)) if file is not None)
        digest = stamp(files, labels.get(name), groups.get(name), spec.window)
        sources.append(
            Source(public_name(name, public=spec.public_names), name, files if name in pictures else (), digest)
        )
    return sources


def table_of(spec: PngSlicesSpec, file: str | None, column: str) -> dict[str, list[str]]:
    """What a column of a table in the root says of each id, the same word once; empty without the table."""
    said: dict[str, list[str]] = {}
    for row in read_rows(spec.root / file, ("id", column)) if file is not None else []:
        words = said.setdefault(row["id"].zfill(spec.id_digits), [])
        words += [row[column]] if row[column] not in words else []
    return said


def mask_file(spec: PngSlicesSpec, name: str) -> Path | None:
    """The mask of a picture, None where nothing has its name; what is no plain file is told of when it is read."""
    file = spec.root / spec.masks / f"{name}.png" if spec.masks else None
    return file if file is not None and os.path.lexists(file) else None

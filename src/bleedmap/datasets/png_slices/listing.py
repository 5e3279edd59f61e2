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
    source="your own archive; export axial slices in a brain window as PNG or JPEG",
    layout="a folder of <id>.png or <id>.jpg and a label table with columns id, hemorrhage",
)
ENDINGS = (".png", ".jpg", ".jpeg")


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
    pictures = pictures_in(spec.root)
    if not pictures:
        raise TableError(
            "empty-folder", found="a folder without .png or .jpg files", expected="pictures", remedy="correct root"
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


def pictures_in(folder: Path) -> dict[str, Path]:
    """The pictures of a folder by name.

    Raises:
        TableError: ``same-picture`` for two pictures of one name.
    """
    files = [file for file in sorted(folder.iterdir()) if is_picture(file)] if folder.is_dir() else []
    pictures = {file.stem: file for file in files}
    if len(pictures) < len(files):
        raise TableError(
            "same-picture",
            found=f"{len(files) - len(pictures)} pictures with the name of another but another ending",
            expected="one picture a name",
            remedy="remove or rename one of each two",
        )
    return pictures


def is_picture(file: Path) -> bool:
    """Whether a file calls itself a picture."""
    return file.suffix.lower() in ENDINGS


def table_of(spec: PngSlicesSpec, file: str | None, column: str) -> dict[str, list[str]]:
    """What a column of a table in the root says of each id, the same word once; empty without the table."""
    said: dict[str, list[str]] = {}
    for row in read_rows(spec.root / file, ("id", column)) if file is not None else []:
        words = said.setdefault(row["id"].zfill(spec.id_digits), [])
        words += [row[column]] if row[column] not in words else []
    return said


def mask_file(spec: PngSlicesSpec, name: str) -> Path | None:
    """The mask of a picture, None where nothing has its name; what is no plain file is told of when it is read."""
    if not spec.masks:
        return None
    files = (spec.root / spec.masks / f"{name}{ending}" for ending in (*ENDINGS, *map(str.upper, ENDINGS)))
    return next((file for file in files if os.path.lexists(file)), None)

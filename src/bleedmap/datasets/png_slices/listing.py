"""Single slices as pictures: which there are, with their rows in the tables."""

from pathlib import Path

from bleedmap.config.datasets import PngSlicesSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.sources import Source, stamp
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
        TableError: the root is no folder, holds no picture, or a table is unusable.
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


def table_of(spec: PngSlicesSpec, file: str | None, column: str) -> dict[str, str]:
    """A column of a table in the root by id; empty without the table."""
    if file is None:
        return {}
    return {row["id"].zfill(spec.id_digits): row[column] for row in read_rows(spec.root / file, ("id", column))}


def mask_file(spec: PngSlicesSpec, name: str) -> Path | None:
    """The mask of a picture, None where there is no such file."""
    if not spec.masks:
        return None
    files = (spec.root / spec.masks / f"{name}{ending}" for ending in (*ENDINGS, *map(str.upper, ENDINGS)))
    return next((file for file in files if file.is_file()), None)

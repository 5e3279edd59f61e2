"""What a folder data set holds, by name alone: the entries of a folder, of a zip or of a list, a study each."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bleedmap.datasets.folder_tree import Identity, identity, same_folder, walk
from bleedmap.datasets.sources import is_nifti, is_zip, stem
from bleedmap.datasets.tables import read_text
from bleedmap.errors import BleedmapError, ScanError, TableError
from bleedmap.volumes.zip_member import InputFile, ZipMember, zip_members

# names under which scanners and archives export slices: an ending of DICOM, none, or the last number of a UID;
# and what else lies without an ending on their discs
SLICE_NAME = re.compile(
    r"(?!(dicomdir|lockfile|version|license|readme)$)([^.]*|.*\.(dcm|dicom|ima|img|\d+))", re.IGNORECASE
)


@dataclass(frozen=True)
class Entry:
    """One study.

    Args:
        name: by which the label table and the masks call it; private.
        files: its files; or the one folder, zip or path that has to be opened to find any.
        fault: why it is not to be read, if its place tells that.
    """

    name: str = field(repr=False)
    files: tuple[InputFile, ...] = field(repr=False)
    fault: BleedmapError | None = None


def list_entries(root: Path, leave_out: Iterable[Path] = ()) -> list[Entry]:
    """Entries of a data set; no file is opened but the list, or the zip's own directory.

    Args:
        root: a folder, a zip, or a list of paths.
        leave_out: folders in the root that hold something else, such as masks.

    Raises:
        TableError: ``no-folder``, ``empty-folder``, or an unreadable list or zip.
    """
    if os.path.isdir(root):  # noqa: PTH112  unlike Path.is_dir, never raises
        entries = _of_folder(root, {identity(folder) for folder in leave_out} - {None})
    elif is_zip(root) and root.is_file():
        entries = _of_zip(root)
    elif root.suffix.lower() == ".txt" and root.is_file():
        entries = _of_list(root)
    else:
        raise TableError(
            "no-folder",
            found="no folder, zip or list where the config says one is",
            expected="a folder of scans, a .zip of one, or a .txt that lists their paths",
            remedy="correct root",
        )
    if not entries:
        raise TableError(
            "empty-folder",
            found="a root without scans",
            expected="a folder or zip of DICOM files, or a NIfTI file, for each scan",
            remedy="correct root",
        )
    return entries


def _of_folder(root: Path, leave_out: set[Identity | None]) -> list[Entry]:
    paths, loose = [], []
    for path in sorted(root.iterdir()):
        if path.name.startswith(".") or identity(path) in leave_out:
            continue
        if os.path.isdir(path) or is_nifti(path) or is_zip(path):  # noqa: PTH112  unlike Path.is_dir, never raises
            paths.append(path)
        elif SLICE_NAME.fullmatch(path.name):
            loose.append(path)
    own = identity(root)
    return [*_of_paths(paths, set() if own is None else {own}), *_loose(root.resolve().name, loose)]


def _of_zip(root: Path) -> list[Entry]:
    try:
        members = zip_members(root)
    except ScanError as fault:
        raise TableError(fault.code, fault.found, fault.expected, fault.remedy) from None
    studies: dict[str, list[ZipMember]] = {}
    files = []
    for member in members:
        parts = [part for part in member.member.replace("\\", "/").split("/") if part]
        if len(parts) > 1:
            studies.setdefault(parts[0], []).append(member)
        else:
            files.append(member)
    whole = [file for file in files if is_nifti(file) or is_zip(file)]
    loose = [file for file in files if file not in whole and SLICE_NAME.fullmatch(file.name)]
    return [
        *(Entry(name, tuple(study)) for name, study in sorted(studies.items())),
        *(Entry(stem(file.name), (file,)) for file in whole),
        *_loose(stem(root.name), loose),
    ]


def _of_list(root: Path) -> list[Entry]:
    try:
        lines = read_text(root).splitlines()
    except UnicodeDecodeError:
        raise TableError(
            "unreadable-list",
            found="a list of paths that is no text in UTF-8",
            expected="one path a line",
            remedy="save the list again in UTF-8",
        ) from None
    named = {line.strip() for line in lines}
    return _of_paths([root.parent / line for line in sorted(named) if line and not line.startswith("#")], set())


def _of_paths(paths: Sequence[Path], known: set[Identity]) -> list[Entry]:
    """An entry a path, in their order; the second way to a folder or file, a link before a real one, is a fault."""
    entries: dict[Path, Entry] = {}
    for path in sorted(paths, key=lambda each: (os.path.islink(each), each)):  # noqa: PTH114  never raises
        try:
            entries[path] = _of_path(path, known)
        except BleedmapError as fault:
            entries[path] = Entry(stem(path.name), (path,), fault)
    return [entries[path] for path in paths]


def _of_path(path: Path, known: set[Identity]) -> Entry:
    """One entry; what it holds is added to ``known``."""
    if os.path.isdir(path):  # noqa: PTH112  unlike Path.is_dir, never raises
        tree = walk(path, known)
        known |= tree.folders
        return Entry(stem(path.name), tree.files or (path,))
    own = identity(path)
    if own in known:
        raise same_folder()
    known |= set() if own is None else {own}
    return Entry(stem(path.name), (path,))


def _loose(name: str, files: Iterable[InputFile]) -> list[Entry]:
    found = tuple(files)
    return [Entry(name, found)] if found else []

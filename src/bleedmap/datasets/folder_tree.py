"""Files of a folder tree, however deep: no recursion, a bound on depth and number, and no folder twice."""

import os
import stat
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from bleedmap.errors import ScanError
from bleedmap.volumes.plain_file import read_errors

MOST_DEPTH = 64
MOST_FILES = 200_000

Identity = tuple[int, int]  # device and inode: what is the same under every name


@dataclass(frozen=True)
class FolderTree:
    """What lies below a folder.

    Args:
        files: sorted, those of a folder before those of the folders in it; hidden ones are left out.
        folders: the folder and all below it; links to folders are left out.
    """

    files: tuple[Path, ...] = field(repr=False)
    folders: frozenset[Identity] = field(repr=False)


def walk(folder: Path, known: Collection[Identity] = ()) -> FolderTree:
    """Walk a folder tree.

    Args:
        folder: where to start; a link is followed.
        known: folders that belong to something else.

    Raises:
        ScanError: ``same-folder`` for a folder among ``known``; ``too-deep``, ``too-many-files``.
        ReadError: a folder cannot be listed now.
    """
    files: list[Path] = []
    folders: set[Identity] = set()
    waiting = [(folder, 0)]
    while waiting:
        top, depth = waiting.pop()
        with read_errors():
            state = top.stat()
            names = _listed(top)
        if (state.st_dev, state.st_ino) in known:
            raise same_folder()
        folders.add((state.st_dev, state.st_ino))
        files += [top / name for name, is_folder in names if not is_folder]
        inner = [top / name for name, is_folder in names if is_folder]
        if len(files) > MOST_FILES or len(folders) > MOST_FILES:
            raise _too_much("too-many-files", f"more than {MOST_FILES} files in one study")
        if inner and depth == MOST_DEPTH:
            raise _too_much("too-deep", f"more than {MOST_DEPTH} folders within each other")
        waiting += [(path, depth + 1) for path in reversed(inner)]
    return FolderTree(tuple(files), frozenset(folders))


def identity(path: Path) -> Identity | None:
    """What a path leads to, whatever its name; None where nothing can be had, and for what is no file or folder."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return None
    is_either = stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode)
    return (state.st_dev, state.st_ino) if is_either else None


def same_folder() -> ScanError:
    """The fault of an entry that leads to what another one holds."""
    return ScanError(
        "same-folder",
        found="a folder or file that another entry holds already, or a link back to a folder above it",
        expected="every study once",
        remedy="remove the link or the second entry",
    )


def _listed(folder: Path) -> list[tuple[str, bool]]:
    """Names in a folder, sorted, and whether each is a folder; hidden ones and links to folders are left out."""
    with os.scandir(folder) as entries:
        shown = [entry for entry in entries if not entry.name.startswith(".")]
        # unlike DirEntry.is_dir, isdir does not raise on a loop of links
        kept = [entry for entry in shown if not (entry.is_symlink() and os.path.isdir(entry.path))]  # noqa: PTH112
        return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in kept)


def _too_much(code: str, found: str) -> ScanError:
    return ScanError(
        code,
        found=found,
        expected="a folder tree of the files of one study",
        remedy="name the folder of the study itself, and look for links or copies that repeat it",
    )

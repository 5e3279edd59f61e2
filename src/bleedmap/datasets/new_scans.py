"""Which scans a path of the user's stands for: a scan itself, a folder of scans, or a list of paths."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bleedmap.datasets.folder.entries import SLICE_NAME
from bleedmap.datasets.identity import public_name, shard_of
from bleedmap.datasets.sources import files_below, is_nifti, is_zip, stamp
from bleedmap.errors import BleedmapError, ConfigError

LIST = ".txt"


@dataclass(frozen=True)
class Input:
    """One scan to predict.

    Args:
        id: public name, a keyed hash of the path.
        path: folder or zip of a DICOM series, or a NIfTI file; private.
    """

    id: str
    path: Path = field(repr=False)


def list_inputs(paths: Iterable[Path]) -> list[Input]:
    """Scans of some paths, each once, sorted by path; no file is opened but lists.

    - A folder in which slices lie is one scan, with all folders below it; so is one that holds nothing known.
    - Any other folder stands for the folders, zips and NIfTI files in it, a scan each; one folder alone in a folder is
      looked into.
    - A ``.txt`` lists paths, one a line, from its own folder.

    Raises:
        ConfigError: ``no-list``: a list cannot be read.
    """
    found = {Path(os.path.abspath(scan)): None for path in paths for scan in _scans(path)}  # noqa: PTH100  keeps links
    return [Input(public_name(str(path), public=False), path) for path in sorted(found)]


def inputs_of_shard(root: Path, shard: int, shards: int) -> list[Input]:
    """Scans of a shard of a folder or list; a scan stays in its shard, whatever else comes or goes."""
    return [each for each in list_inputs([root]) if shard_of(each.id, shards) == shard]


def stamps_of(inputs: Iterable[Input]) -> str:
    """Digest of the names and sizes of the files of some scans; none is opened."""
    return stamp((), *(f"{each.id} {_stamp(each.path)}" for each in inputs))


def _stamp(path: Path) -> str:
    try:
        return stamp(files_below(path) if path.is_dir() else [path])
    except BleedmapError:
        return ""  # told of when it is read


def is_one_scan(path: Path) -> bool:
    """Whether a path is a scan itself, rather than a folder or a list of scans."""
    return list(_scans(path)) == [path]


def _scans(path: Path) -> Iterator[Path]:
    if path.suffix.lower() == LIST and path.is_file():
        for line in _lines(path):
            yield from _scans(path.parent / line)
    elif not os.path.isdir(path):  # noqa: PTH112  unlike Path.is_dir, never raises
        yield path
    else:
        yield from _of_folder(path)


def _of_folder(folder: Path) -> Iterator[Path]:
    try:
        inside = sorted(each for each in folder.iterdir() if not each.name.startswith("."))
    except OSError:
        inside = []  # told of when it is read
    folders = [each for each in inside if each.is_dir() and not each.is_symlink()]
    files = [each for each in inside if each not in folders and (is_nifti(each) or is_zip(each))]
    has_slices = any(SLICE_NAME.fullmatch(each.name) for each in inside if each not in folders + files)
    if has_slices or not folders + files:
        yield folder
    elif len(folders) == 1 and not files:
        below = list(_of_folder(folders[0]))
        yield from [folder] if below == folders else below
    else:
        yield from sorted(folders + files)


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            "no-list", "a list of scans that cannot be read", "UTF-8 text, one path a line", "save it again"
        ) from None
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]

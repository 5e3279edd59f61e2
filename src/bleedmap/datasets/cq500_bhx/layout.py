"""Where the series of a CQ500 copy lie, and which of a study's are read; told by folder names alone, no file opened."""

import re
from pathlib import Path
from typing import Literal

from bleedmap.errors import TableError

THICK_FROM_MM = 2.0

_STUDY = re.compile(r"CQ500CT(\d+) CQ500CT\1")
_NOT_PLAIN = re.compile(
    r"bone|\d ?cc\b|\bcc sec|\biv\b|post|venous|arterial|delay|(?<!pre )(?<!non )(?<!without )contrast"
    r"|angio|\bcta\b|perfusion|d3d|\b3d\b|\bmip\b|\bmpr\b|\bcor|\bsag|scout|topo|locali[sz]er"
)
_MILLIMETRES = re.compile(r"(\d+(?:\.\d+)?) ?mm\b")


def study_folders(root: Path) -> dict[int, Path]:
    """Folder of every study, by the number in its name.

    Raises:
        TableError: the root is no folder or holds no study.
    """
    found = {}
    for entry in sorted(root.iterdir()) if root.is_dir() else []:
        name = _STUDY.fullmatch(entry.name)
        if name and entry.is_dir():
            found[int(name[1])] = entry
    if not found:
        raise TableError(
            "empty-folder" if root.is_dir() else "no-folder",
            found="no study in the root folder",
            expected="folders named CQ500CT<n> CQ500CT<n>",
            remedy="correct root, or unpack the archives there",
        )
    return dict(sorted(found.items()))


def series_folders(study: Path) -> list[Path]:
    """Series folders of a study (``Unknown Study/CT <series>``), sorted."""
    return sorted(folder for folder in study.glob("*/CT *") if folder.is_dir())


def chosen_series(folders: list[Path], wanted: Literal["thick", "thin", "all"]) -> list[Path]:
    """Series of a study to read: all, or the best plain one.

    A series is plain unless its name tells of contrast, bone, 3D or another plane. It is thin where its name says so
    or gives less than 2 mm. Among plain series one of the wanted kind comes first, then one called plain, then the
    first reconstruction before its repetitions (``-2``), then the name decides.

    Args:
        folders: all series folders of the study.
        wanted: kind of series.
    """
    if wanted == "all":
        return folders
    plain = [folder for folder in folders if is_plain(folder.name)]
    return sorted(plain, key=lambda folder: _rank(folder.name, wanted))[:1]


def is_plain(name: str) -> bool:
    """Whether the name of a series folder promises slices of the head without contrast, in a soft kernel."""
    return _NOT_PLAIN.search(_words(name)) is None


def is_thin(name: str) -> bool:
    """Whether the name of a series folder promises thin slices."""
    thickness = _MILLIMETRES.search(_words(name))
    return "thin" in _words(name) or (thickness is not None and float(thickness[1]) < THICK_FROM_MM)


def _rank(name: str, wanted: str) -> tuple[bool, bool, bool, str]:
    is_repeated = re.search(r"-\d+$", name) is not None
    return is_thin(name) != (wanted == "thin"), "plain" not in _words(name), is_repeated, name


def _words(name: str) -> str:
    return re.sub(r"[_\-\s]+", " ", name.lower())

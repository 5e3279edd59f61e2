"""Results of a scan that appear whole, with what they were made from, so that a run that was cut short goes on."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bleedmap.datasets.sources import files_below
from bleedmap.errors import BleedmapError
from bleedmap.provenance.atomic import write_text
from bleedmap.volumes.plain_file import open_plain

DONE = "done.json"
PART = ".part"  # folder of a result that is not whole yet


def key_of(source: Path, maker: str) -> str | None:
    """Digest of a scan's files and of what makes the result; None where a file cannot be read now.

    Args:
        source: folder, zip or file; names of files count, its own name does not.
        maker: digests of bundle and code.
    """
    whole = hashlib.sha256(maker.encode())
    try:
        for file in files_below(source) if source.is_dir() else [source]:
            with open_plain(file) as opened:
                content = hashlib.file_digest(opened, "sha256").hexdigest()
            name = file.relative_to(source).as_posix()
            whole.update(json.dumps([name, content]).encode())
    except (BleedmapError, OSError):
        return None
    return whole.hexdigest()


def finished(folder: Path, key: str | None) -> dict[str, Any] | None:
    """What is told of the whole result with this key; None where a folder holds no such result."""
    told = _told(folder)
    shutil.rmtree(folder / PART, ignore_errors=True)  # of a run that was killed
    if key is None or told.get("key") != key or not all((folder / name).exists() for name in told["files"]):
        return None
    summary: dict[str, Any] = told["summary"]
    return summary


def clear(folder: Path) -> None:
    """Remove the result that a folder holds, and nothing else in it."""
    for name in _told(folder).get("files", []):
        place = folder / Path(name).name
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
    (folder / DONE).unlink(missing_ok=True)
    shutil.rmtree(folder / PART, ignore_errors=True)


def replace_result(folder: Path, key: str | None, write: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """Put a new result in the place of the one that a folder holds; it counts only once it is whole.

    Args:
        folder: where the result belongs.
        key: what it is made from.
        write: fills an empty folder and gives a summary, plain JSON.
    """
    clear(folder)
    part = folder / PART
    part.mkdir(parents=True)
    try:
        summary = write(part)
        names = sorted(file.name for file in part.iterdir())
        # named before they are moved, so that a run that is cut short meanwhile leaves nothing that is not named
        _tell(folder, None, names, summary)
        for name in names:
            (part / name).replace(folder / name)
        _tell(folder, key, names, summary)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return summary


def _tell(folder: Path, key: str | None, files: list[str], summary: dict[str, Any]) -> None:
    told = {"key": key, "files": files, "summary": summary}
    # written where a run that is killed meanwhile leaves nothing behind
    write_text(folder / PART / DONE, json.dumps(told, indent=2) + "\n")
    (folder / PART / DONE).replace(folder / DONE)


def _told(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / DONE).read_text(encoding="utf-8"))
        is_whole = isinstance(told["files"], list) and isinstance(told["summary"], dict)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return told if is_whole else {}

"""A bundle from and to a folder or a zip. Nothing in it is unpickled or run, and no name in it becomes a path."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bleedmap.bundle.manifest import MANIFEST, Bundle, changed, check_parts, manifest_of, no_bundle, read_manifest
from bleedmap.bundle.settings import require_portable
from bleedmap.provenance.archive import write_archive
from bleedmap.provenance.atomic import atomic_path
from bleedmap.volumes.plain_file import open_plain
from bleedmap.volumes.zip_member import DAMAGED

LARGEST_MANIFEST, LARGEST_PART = 1_000_000, 4 * 2**30  # bytes


def read_bundle(path: Path) -> Bundle:
    """Read a bundle and see that it is whole and unchanged.

    Files whose name begins with a dot, such as those of git, are left out.

    Args:
        path: folder or zip.

    Raises:
        BundleError: one sentence on the first thing that is wrong with it.
        ReadError: a file cannot be read now.
    """
    if path.is_dir():
        bundle = _of_folder(path)
    elif path.is_file() and zipfile.is_zipfile(path):
        bundle = _of_zip(path)
    else:
        raise no_bundle()
    require_portable(bundle.settings)
    return bundle


def write_bundle(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write a bundle that appears whole or not at all; equal parts give equal bytes.

    Args:
        path: a zip where it ends in ``.zip``, else a folder, which replaces one that is there.
        parts: content by name, without the manifest.
    """
    everything = {**parts, MANIFEST: manifest_of(parts)}
    if path.suffix == ".zip":
        with write_archive(path) as archive:
            for name in sorted(everything):
                archive.add(name, everything[name])
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        made = Path(folder) / path.name
        for name, content in everything.items():
            with atomic_path(made / name) as temporary:
                temporary.write_bytes(content)
        if path.is_dir():
            shutil.rmtree(path)
        made.replace(path)


def _of_folder(folder: Path) -> Bundle:
    if not (folder / MANIFEST).is_file():
        raise no_bundle()
    manifest = _read(folder / MANIFEST)
    listed = read_manifest(manifest)
    there = {file.relative_to(folder).as_posix(): file for file in _files(folder) if file != folder / MANIFEST}
    # what is not listed is not read: its name alone is a fault
    return check_parts(manifest, {name: _read(file) if name in listed else b"" for name, file in there.items()})


def _files(folder: Path) -> Iterator[Path]:
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(top) / name for name in sorted(names) if not name.startswith("."))


def _of_zip(path: Path) -> Bundle:
    try:
        with open_plain(path) as file, zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            by_name = {entry.filename: entry for entry in entries}
            if MANIFEST not in by_name or by_name[MANIFEST].file_size > LARGEST_MANIFEST:
                raise no_bundle()
            manifest = archive.read(MANIFEST)
            listed = read_manifest(manifest)
            if len(by_name) < len(entries):
                raise changed(MANIFEST)
            parts = {
                name: archive.read(name) if _fits(entry, listed.get(name)) else b""
                for name, entry in by_name.items()
                if name != MANIFEST
            }
    except DAMAGED:
        raise changed("zip") from None
    return check_parts(manifest, parts)


def _fits(entry: zipfile.ZipInfo, listed: Mapping[str, Any] | None) -> bool:
    """Whether a member has the size that the manifest names; another may be a bomb's, and is not unpacked."""
    return listed is not None and entry.file_size == listed["bytes"] <= LARGEST_PART


def _read(file: Path) -> bytes:
    with open_plain(file) as opened:
        return opened.read()

"""Zip archives that hold no clock, path or order of writing: equal content gives equal bytes."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bleedmap.provenance.atomic import atomic_path

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip can hold


class ArchiveWriter:
    """Adds members in the order of the calls; members are stored as they are (they are compressed already)."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, data: bytes) -> None:
        """Add one member."""
        member = zipfile.ZipInfo(name, EPOCH)
        member.external_attr = 0o644 << 16
        self._archive.writestr(member, data)


@contextmanager
def write_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Open an archive for writing; it appears whole at ``path`` when the block ends."""
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        yield ArchiveWriter(archive)


def members(path: Path) -> list[str]:
    """Names of an archive's members, sorted."""
    with zipfile.ZipFile(path) as archive:
        return sorted(archive.namelist())


def read_member(path: Path, name: str) -> bytes:
    """Bytes of one member."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def pack_folder(folder: Path, path: Path) -> None:
    """Pack every file under a folder, sorted by name."""
    with write_archive(path) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.add(file.relative_to(folder).as_posix(), file.read_bytes())

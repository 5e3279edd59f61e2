"""Zip archives that hold no clock, path or order of writing: equal content gives equal bytes.

An archive ends with the digest of what it holds (as its comment), so that to compare two costs no reading.
"""

import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bleedmap.provenance.atomic import atomic_path
from bleedmap.provenance.files import file_digest

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip can hold
COMMENT = "sha256:{}"
END = re.compile(rb"sha256:([0-9a-f]{64})\Z")


class ArchiveWriter:
    """Adds members in the order of the calls; members are stored as they are (they are compressed already)."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._held = archive, hashlib.sha256()

    def add(self, name: str, data: bytes) -> None:
        """Add one member."""
        member = zipfile.ZipInfo(name, EPOCH)
        member.external_attr = 0o644 << 16
        self._archive.writestr(member, data)
        self._held.update(f"{len(name)} {name} {len(data)} ".encode() + data)

    def end(self) -> None:
        """Write the digest of all members."""
        self._archive.comment = COMMENT.format(self._held.hexdigest()).encode()


@contextmanager
def write_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Open an archive for writing; it appears whole at ``path`` when the block ends."""
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        writer = ArchiveWriter(archive)
        yield writer
        writer.end()


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


def content_digest(path: Path) -> str:
    """Digest of what a file holds: the one that ends an archive of ours; of any other file, that of its bytes."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(COMMENT.format("")) - 64))
        ending = END.search(file.read())
    return ending[1].decode() if ending else file_digest(path)

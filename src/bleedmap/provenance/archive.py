"""Zip archives that hold no clock, path or order of writing: equal content gives equal bytes.

An archive ends with the digest of what it holds (as its comment), so that to compare two costs no reading.
"""

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from bleedmap.provenance.atomic import atomic_path
from bleedmap.provenance.files import file_digest

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip can hold
LOCAL_HEADER = 30  # bytes before the name of a member; nothing stands between name and content
COMMENT = "sha256:{}"
END = re.compile(rb"sha256:([0-9a-f]{64})\Z")

Members = dict[tuple[str, ...], Callable[[], bytes]]  # by the parts of their name, what gives their content


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
    return sorted(_directory(path))


def has_member(path: Path, name: str) -> bool:
    """Whether an archive has a member of that name."""
    return name in _directory(path)


def read_member(path: Path, name: str) -> bytes:
    """Bytes of one member of an archive of ours.

    Raises:
        KeyError: there is none of that name.
        zipfile.BadZipFile: it was damaged after it was written.
    """
    member = _directory(path)[name]
    with path.open("rb") as file:
        file.seek(member.header_offset + LOCAL_HEADER + len(name.encode()))
        content = file.read(member.file_size)
    if zlib.crc32(content) != member.CRC:
        msg = "an archive is damaged; delete it and run the workflow again"
        raise zipfile.BadZipFile(msg)
    return content


def _directory(path: Path) -> dict[str, zipfile.ZipInfo]:
    """Members by name, read once however many of them are asked for one by one."""
    found = path.stat()
    return _read_directory(path, found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=8)
def _read_directory(path: Path, *_: int) -> dict[str, zipfile.ZipInfo]:
    return {member.filename: member for member in directory(path)}


def directory(path: Path) -> list[zipfile.ZipInfo]:
    """What an archive says of its members."""
    with zipfile.ZipFile(path) as archive:
        return archive.infolist()


def pack_folder(folder: Path, path: Path, more: Members | None = None) -> None:
    """Pack every file under a folder, and more that lies elsewhere, sorted by name.

    Args:
        folder: with the files.
        path: archive to write.
        more: members beside them.
    """
    found: Members = {file.relative_to(folder).parts: file.read_bytes for file in folder.rglob("*") if file.is_file()}
    found |= more or {}
    with write_archive(path) as archive:
        for parts in sorted(found):
            archive.add("/".join(parts), found[parts]())


def content_digest(path: Path) -> str:
    """Digest of what a file holds: the one that ends an archive of ours; of any other file, that of its bytes."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(COMMENT.format("")) - 64))
        ending = END.search(file.read())
    return ending[1].decode() if ending else file_digest(path)

"""Members of a zip, read one by one without unpacking: they answer as files on disk do."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO

from bleedmap.errors import ScanError

LARGEST_BYTES = 4 * 2**30
ENCRYPTED = 0x1
DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class ZipMember:
    """One file inside a zip; its name, however hostile, never becomes a path on disk.

    Args:
        archive: the zip; never written or shown.
        member: name inside it; never written or shown.
        size: bytes once unpacked.
    """

    archive: Path = field(repr=False)
    member: str = field(repr=False)
    size: int

    @property
    def name(self) -> str:
        """Last part of the name, as ``Path.name``."""
        return PurePosixPath(self.member.replace("\\", "/")).name

    @contextmanager
    def open(self, mode: str = "rb") -> Iterator[IO[bytes]]:
        """Open for reading bytes.

        Raises:
            ScanError: ``unreadable-archive`` where the member is damaged or encrypted.
        """
        if mode != "rb":
            msg = f"a member of a zip is read as bytes, not with mode {mode!r}"
            raise ValueError(msg)
        try:
            file = _opened(self.archive).open(self.member)
        except DAMAGED:
            raise _unreadable() from None
        try:
            with file:
                yield file
        except (zipfile.BadZipFile, zlib.error):
            raise _unreadable() from None

    def read_bytes(self) -> bytes:
        """All of it, as ``Path.read_bytes``."""
        with self.open() as file:
            return file.read()


InputFile = Path | ZipMember


def zip_members(archive: Path) -> list[ZipMember]:
    """Files of a zip, sorted by name; folders and hidden files are left out.

    Raises:
        ScanError: ``unreadable-archive``: no zip, encrypted, or with a member of more than 4 GiB.
    """
    try:
        entries = [entry for entry in _opened(archive).infolist() if not entry.is_dir()]
    except DAMAGED:
        raise _unreadable() from None
    if any(entry.flag_bits & ENCRYPTED or entry.file_size > LARGEST_BYTES for entry in entries):
        raise _unreadable()
    shown = [entry for entry in entries if not _is_hidden(entry.filename)]
    return [ZipMember(archive, entry.filename, entry.file_size) for entry in sorted(shown, key=lambda e: e.filename)]


def file_size(file: InputFile) -> int | None:
    """Bytes of a file, None where it is not there."""
    if isinstance(file, ZipMember):
        return file.size
    return file.stat().st_size if file.exists() else None


def _opened(archive: Path) -> zipfile.ZipFile:
    state = archive.stat()
    return _opened_as_of(archive, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _opened_as_of(archive: Path, changed_ns: int, size: int) -> zipfile.ZipFile:
    """The zip, its directory read once for all members; a rewritten zip is opened anew."""
    return zipfile.ZipFile(archive)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.replace("\\", "/").split("/"))


def _unreadable() -> ScanError:
    return ScanError(
        "unreadable-archive",
        found="a zip that is damaged, encrypted or too large to read",
        expected="a plain zip with members of at most 4 GiB",
        remedy="unpack it and give the folder",
    )

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
from bleedmap.volumes.budget import require_room
from bleedmap.volumes.plain_file import open_plain, read_errors

LARGEST_BYTES = 4 * 2**30
MOST_MEMBERS = 200_000
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
            with read_errors():
                file = _opened(self.archive).open(self.member)
        except DAMAGED:
            raise _unreadable() from None
        try:
            with file, read_errors():
                yield file
        except (zipfile.BadZipFile, zlib.error):
            raise _unreadable() from None


InputFile = Path | ZipMember


@contextmanager
def open_input(file: InputFile) -> Iterator[IO[bytes]]:
    """Open a plain file, or a member of a zip, for reading bytes.

    Raises:
        ScanError: ``no-access`` for what is no plain file, ``unreadable-archive``.
        ReadError: the file cannot be read now, at its opening or later.
    """
    with file.open() if isinstance(file, ZipMember) else open_plain(file) as opened, read_errors():
        yield opened


def read_input(file: InputFile, each: float = 1.0) -> bytes:
    """All bytes of a file, refused where they are more than a scan may take.

    Args:
        file: what to read.
        each: bytes of memory that each byte of the file takes in the hands of its reader.

    Raises:
        ScanError: ``too-large``, or what ``open_input`` raises.
        ReadError: the file cannot be read now.
    """
    require_room([file_size(file) or 0], each)
    with open_input(file) as opened:
        return opened.read()


def zip_members(archive: Path) -> list[ZipMember]:
    """Files of a zip, sorted by name; folders and hidden files are left out.

    Raises:
        ScanError: ``unreadable-archive``: no zip, encrypted, or with a member of more than 4 GiB; ``no-access``: no
            plain file.
        ReadError: the zip cannot be read now.
    """
    try:
        with read_errors():
            entries = [entry for entry in _opened(archive).infolist() if not entry.is_dir()]
    except DAMAGED:
        raise _unreadable() from None
    if len(entries) > MOST_MEMBERS or any(
        entry.flag_bits & ENCRYPTED or entry.file_size > LARGEST_BYTES for entry in entries
    ):
        raise _unreadable()
    shown = [entry for entry in entries if not _is_hidden(entry.filename)]
    return [ZipMember(archive, entry.filename, entry.file_size) for entry in sorted(shown, key=lambda e: e.filename)]


def file_size(file: InputFile) -> int | None:
    """Bytes of a file, None where nothing of it can be had."""
    if isinstance(file, ZipMember):
        return file.size
    try:
        return file.stat().st_size
    except OSError:
        return None


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        state = archive.stat()
    except OSError:
        open_plain(archive).close()  # which says what is wrong with it
        raise
    return _opened_as_of(archive, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _opened_as_of(archive: Path, changed_ns: int, size: int) -> zipfile.ZipFile:
    """The zip, its directory read once for all members; a rewritten zip is opened anew."""
    file = open_plain(archive)
    try:
        return zipfile.ZipFile(file)
    except BaseException:
        file.close()
        raise


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.replace("\\", "/").split("/"))


def _unreadable() -> ScanError:
    return ScanError(
        "unreadable-archive",
        found="a zip that is damaged, encrypted or too large to read",
        expected="a plain zip with members of at most 4 GiB",
        remedy="unpack it and give the folder",
    )

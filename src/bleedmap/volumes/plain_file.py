"""Plain files alone are opened: a pipe would be waited for without end, a device gives bytes without end."""

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bleedmap.errors import ReadError, ScanError

# what another try would meet again: a folder, a loop of links, a name too long, a socket, a seek to nowhere
_LASTING = {errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP}


class PlainFile(io.BufferedReader):
    """A plain file opened for reading; whatever a header claims, no more is asked for than the file holds.

    Args:
        handle: of the open file.
        size: its bytes.
    """

    def __init__(self, handle: int, size: int) -> None:
        super().__init__(io.FileIO(handle, "rb"))
        self.size = size

    def read(self, size: int | None = -1, /) -> bytes:
        """As any file; one byte behind the end is asked for, so that an error there is met."""
        left = max(1, self.size - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left))


def open_plain(path: Path) -> PlainFile:
    """Open a plain file, or a link to one, for reading bytes.

    Raises:
        ScanError: ``no-access`` for a folder, pipe, device or socket, and for a link to nothing.
        ReadError: the file cannot be read now.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _LASTING or (error.errno == errno.ENOENT and path.is_symlink()):
            raise no_access() from None
        raise could_not_read() from None
    state = os.fstat(handle)
    if not stat.S_ISREG(state.st_mode):
        os.close(handle)
        raise no_access()
    return PlainFile(handle, state.st_size)


@contextmanager
def read_errors() -> Iterator[None]:
    """Tell an error of a disk, a network or the rights of a file from one of the file's content.

    Raises:
        ReadError: in the place of an ``OSError`` that may be over at the next try; others pass.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or error.errno in _LASTING:
            raise
        raise could_not_read() from None


def could_not_read() -> ReadError:
    """The error of a file that may be read at the next try."""
    return ReadError(
        "not-read-now",
        found="a file that could not be read now: no permission, gone meanwhile, or an error of its disk or network",
        expected="files that can be read",
        remedy="correct its permissions or wait for its disk, then start the run again: it is read anew",
    )


def no_access() -> ScanError:
    """The fault of what is no plain file."""
    return ScanError(
        "no-access",
        found="a folder, pipe, device, or link to nothing in the place of a file",
        expected="plain files, or links to them",
        remedy="remove it, or put the file in its place",
    )

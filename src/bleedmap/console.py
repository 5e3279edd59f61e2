"""The command line: programs from a function's signature, progress, errors as one sentence."""

import argparse
import errno
import inspect
import signal
import sys
import time
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bleedmap.errors import BleedmapError

Item = TypeVar("Item")
PLAIN_LINE_SECONDS = 10.0

_FREE = "free space there, or write elsewhere; then run the same command again"
_RIGHTS = "correct its permissions, or name another place"
_OTHER = "name another place"
_PLACES = {
    errno.ENOSPC: ("a full disk", _FREE),
    errno.EDQUOT: ("a full quota of disk space", _FREE),
    errno.EFBIG: ("a file larger than its disk can hold", _FREE),
    errno.EROFS: ("a disk that can only be read", _OTHER),
    errno.EACCES: ("a file or folder that may not be used", _RIGHTS),
    errno.EPERM: ("a file or folder that may not be used", _RIGHTS),
    errno.ENOTDIR: ("a file where a folder is needed", _OTHER),
    errno.EEXIST: ("a file where a folder is needed", _OTHER),
    errno.EISDIR: ("a folder where a file is needed", _OTHER),
    errno.ENAMETOOLONG: ("a name too long for its disk", _OTHER),
    errno.ELOOP: ("a link that leads back to itself", _OTHER),
    errno.EIO: ("a disk that fails", _OTHER),
    errno.ESTALE: ("a network disk that is gone", "mount it again; then run the same command again"),
}  # by error number, what is wrong with a place that a user chose, and what to do


def say(message: str) -> None:
    """One line for the person who watches (standard error, which rules send to their log)."""
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


def track(items: Iterable[Item], what: str, *, total: int | None = None, unit: str = "") -> Iterator[Item]:
    """Go through items with a progress bar, or with a plain line now and then where there is no terminal.

    Args:
        items: what to go through.
        what: verb and noun for the person who watches, such as ``explaining slices``.
        total: number of items; taken from ``len(items)`` where that is known.
        unit: what is counted, such as ``slices``.
    """
    if total is None:
        total = len(items) if isinstance(items, Sized) else None
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from _plain(items, what, total, unit)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(unit))
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        yield from progress.track(items, total=total, description=what)


def _plain(items: Iterable[Item], what: str, total: int | None, unit: str) -> Iterator[Item]:
    start = last = time.monotonic()
    done = 0
    for item in items:
        yield item
        done += 1
        now = time.monotonic()
        if now - last >= PLAIN_LINE_SECONDS:
            say(f"{what}: {done}/{total or '?'} {unit} in {now - start:.0f} s")
            last = now
    say(f"{what}: {done} {unit} done in {time.monotonic() - start:.1f} s")


def run(main: Callable[..., None]) -> None:
    """Run a script's ``main`` as a program: one option a parameter, lists take several values.

    A parameter is ``Annotated`` with its help; one with a default may be left out.
    """
    parser = argparse.ArgumentParser(description=inspect.getdoc(inspect.getmodule(main)))
    hints = typing.get_type_hints(main, include_extras=True)
    for name, parameter in inspect.signature(main).parameters.items():
        hint, help_text = typing.get_args(hints[name])
        kind, several = _element(hint)
        is_required = parameter.default is parameter.empty
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            nargs="+" if several else None,
            required=is_required,
            default=None if is_required else parameter.default,
            help=help_text,
        )
    with_plain_errors(lambda: main(**vars(parser.parse_args())))


def _end(number: int, frame: types.FrameType | None) -> None:
    """End at once, but let half-written files be removed; a scheduler that sends SIGTERM soon sends SIGKILL."""
    name = signal.Signals(number).name
    say(f"bleedmap: told to end ({name}); the same command starts again, and a training goes on after its last epoch")
    sys.exit(128 + number)


def with_plain_errors(program: Callable[[], Any]) -> None:
    """Call a program; an error the user can mend ends as one sentence and exit code 1.

    A signal to end ends it as an exception does, so that half-written files are removed and programs that it started
    are ended too.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        # what a user told to outlive the terminal (nohup) does
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        program()
    except BleedmapError as error:
        say(f"bleedmap: {error}")
        sys.exit(1)
    except OSError as error:
        if error.errno is None or error.errno not in _PLACES:
            raise
        found, remedy = _PLACES[error.errno]
        say(f"bleedmap: {BleedmapError('no-place', found, 'a place where files can be read and written', remedy)}")
        sys.exit(1)


def _element(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401
    """Type of one value of an option, and whether the option takes several."""
    if typing.get_origin(hint) is types.UnionType:
        hint = next(member for member in typing.get_args(hint) if member is not type(None))
    if typing.get_origin(hint) is list:
        return typing.get_args(hint)[0], True
    return hint, False

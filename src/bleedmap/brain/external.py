"""Brain masks by a command of the user's own: the scan as NIfTI in a temporary folder, the mask out of it."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from bleedmap.brain import guard
from bleedmap.config.brain import ExternalSpec
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.nifti import read_mask, write_nifti

EXPECTED = "a command that reads {ct} and writes its mask to {mask}"
REMEDY = "run brain.command by hand on a NIfTI file, and correct it"


def brain_mask(spec: ExternalSpec, volume: CtVolume, name: str) -> NDArray[np.uint8]:
    """The mask that a command draws.

    The command sees the voxels and where they lie, and nothing else of the scan: no name, no path. It runs without a
    shell, and its output is not kept. When this process ends, however it ends, so does the command, and nothing of
    the scan is left in the temporary folder.

    Args:
        spec: the command and its time limit.
        volume: the scan.
        name: unused; kept so that all brain masks are called alike.

    Returns:
        (slices, rows, columns) uint8, 1 wherever the command's mask is above 0.

    Raises:
        ScanError: ``external-brain``, ``mask-grid``, ``mask-values`` or that of an unreadable file.
    """
    with tempfile.TemporaryDirectory() as folder, _guarded(folder) as guarded:
        ct, mask = Path(folder, "ct.nii.gz"), Path(folder, "mask.nii.gz")
        write_nifti(ct, volume.hu, volume.geometry)
        words = shlex.split(spec.command)
        _run([word.replace("{ct}", str(ct)).replace("{mask}", str(mask)) for word in words], spec.timeout_s, guarded)
        if not mask.is_file():
            raise _failed("a command that wrote no mask")
        return (read_mask(mask, volume) > 0).astype(np.uint8)


@contextmanager
def _guarded(folder: str) -> Iterator[Callable[[int], None]]:
    """Have a program beside this one that clears up should this process be killed; see ``guard``.

    Yields:
        What to call with the process id of a command, so that it is ended too.
    """
    words = [sys.executable, "-I", "-S", guard.__file__, folder]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603  this very Python
        words, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, bufsize=1, text=True, start_new_session=True
    ) as program:
        told = program.stdin
        assert told is not None  # noqa: S101  it is a pipe
        yield lambda process: _tell(told, str(process))
        _tell(told, guard.DONE)


def _tell(guarding: IO[str], line: str) -> None:
    with suppress(BrokenPipeError):  # somebody ended the guard
        guarding.write(line + "\n")


def _run(words: list[str], timeout_s: float, guarded: Callable[[int], None]) -> None:
    """Run a program to its end, or stop it and whatever it started."""
    quiet = subprocess.DEVNULL
    try:
        # the user's own command, no shell
        program = subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603
    except (OSError, ValueError):
        raise _failed("a command that cannot be started") from None
    try:
        guarded(program.pid)
        code = program.wait(timeout_s)
    except subprocess.TimeoutExpired:
        found = f"a command still running after {timeout_s:g} s"
        raise _failed(found, "one that ends within brain.timeout_s") from None
    finally:
        if program.poll() is None:
            _end(program)
    if code != 0:
        found = f"a command that ended with exit code {code}"
        raise _failed(found)


def _end(program: subprocess.Popen[bytes]) -> None:
    """End a program and whatever it started: ask first, for a container is ended by the command that started it."""
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            program.wait(guard.GRACE_S)
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def _failed(found: str, expected: str = EXPECTED) -> ScanError:
    return ScanError("external-brain", found=found, expected=expected, remedy=REMEDY)

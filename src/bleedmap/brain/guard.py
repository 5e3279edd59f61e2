"""A program that waits until the process that started it is done or gone, and in the latter case clears up after it.

It runs beside a command that works on a scan: a process that is killed outright, for memory or by a scheduler, can end
nothing and remove nothing itself. It imports the standard library alone, so that it is there at once.
"""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress

GRACE_S = 2.0  # between asking a command to end and ending it
DONE = "done"


def main(folder: str) -> None:
    """Read standard input to its end: process ids of commands, each the leader of its group, and ``DONE`` at last.

    Args:
        folder: what to remove, once the commands are ended, if ``DONE`` never came.
    """
    lines = [line.strip() for line in sys.stdin]
    if DONE not in lines:
        for line in lines:
            _end(int(line))
        shutil.rmtree(folder, ignore_errors=True)


def _end(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGTERM)
        until = time.monotonic() + GRACE_S
        while time.monotonic() < until:
            time.sleep(0.05)
            os.killpg(leader, 0)  # an error as soon as nobody is left
        os.killpg(leader, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])

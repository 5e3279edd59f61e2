"""GPUs of one machine dealt out among the jobs that run on it at the same time.

Snakemake counts GPUs (``--resources gpu=2``) but does not say which job gets which. Each job picks its own before
PyTorch looks for any: the first one that no other job of this user holds, and once all are held, one with the fewest.
A cluster deals them out itself; there nothing is left to pick.
"""

import fcntl
import itertools
import os
import re
import tempfile
from pathlib import Path

from bleedmap.console import say

VARIABLE = "CUDA_VISIBLE_DEVICES"
DEVICE = re.compile(r"nvidia\d+")


def take_gpus(count: int = 1) -> None:
    """Let this process, and those that it starts, see so many GPUs alone until it ends.

    Nothing happens where no more than that are to be seen. It has to come before anything asks PyTorch for a GPU.

    Args:
        count: GPUs that the job works on, at least 1.
    """
    visible = _visible()
    if len(visible) <= count:
        return
    taken = sorted(_taken(visible, count), key=visible.index)
    os.environ[VARIABLE] = ",".join(taken)
    say(f"on GPU {', '.join(taken)}")


def _visible() -> list[str]:
    """Names of the GPUs that PyTorch would find, as CUDA counts them."""
    named = os.environ.get(VARIABLE)
    if named is None:
        found = sum(1 for device in Path("/dev").iterdir() if DEVICE.fullmatch(device.name))
        return [str(number) for number in range(found)]
    return list(dict.fromkeys(name.strip() for name in named.split(",") if name.strip()))


def _taken(visible: list[str], count: int) -> list[str]:
    """The first so many GPUs that can be locked; in each round, one more job may share a GPU."""
    taken: list[str] = []
    for sharing in itertools.count():
        for name in visible:
            if len(taken) == count:
                return taken
            if name not in taken and _is_locked_now(name, sharing):
                taken.append(name)
    return taken


def _is_locked_now(name: str, sharing: int) -> bool:
    """Whether this process could lock a place on a GPU; the lock ends with it, however it ends."""
    folder = Path(tempfile.gettempdir()) / f"bleedmap-gpus-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    place = os.open(folder / f"{re.sub(r'[^A-Za-z0-9-]', '_', name)}.{sharing}", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(place)
        return False
    return True

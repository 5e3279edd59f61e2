"""Several processes of one machine that share a training: begun, watched and ended together.

Each has a GPU of its own (NCCL), or a share of the CPU threads where there is none (gloo). They are forked before
anything has touched a GPU, so libraries are loaded once; this process only watches. What happens to one happens to all.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path

import torch
import torch.distributed as dist

from bleedmap.console import say
from bleedmap.errors import BleedmapError, TrainingError

GPUS = "CUDA_VISIBLE_DEVICES"
SETTLE_SECONDS = 1.0  # what one process dies of, the others tell within; then it is plain which was the first
GRACE_SECONDS = 5.0  # from being told to end to being killed: one that waits for another on a GPU hears nothing


def in_processes(work: Callable[[], None], processes: int) -> None:
    """Do some work in several processes that share it, and come back when all have done it.

    The first one alone speaks. All of them end when one fails, is killed, or when this process ends.

    Args:
        work: a training and what follows it; see ``only_the_first_process_goes_on``.
        processes: how many; 1: this one.

    Raises:
        TrainingError: a process was killed, or there are fewer GPUs.
        BleedmapError: whatever a process has raised.
        OSError: the same.
        RuntimeError: a process has failed by a fault of the program; its traceback is the text.
    """
    if processes == 1:
        work()
        return
    started: list[_Started] = []
    ends, held = os.pipe()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for rank in range(processes):
                started.append(_start(_Part(rank, processes, Path(folder) / "meeting", ends, held), work))
            fault = _first_fault(started)
    finally:
        _end(started)
        os.close(ends)
        os.close(held)
    if fault is not None:
        raise fault


def only_the_first_process_goes_on() -> None:
    """End the other processes of a shared training; the first one is alone from here, and writes."""
    if dist.is_initialized():
        rank = dist.get_rank()
        # the first one may clear away what another still reads
        dist.barrier()
        dist.destroy_process_group()
        if rank:
            sys.exit(0)


@dataclass(frozen=True)
class _Part:
    """One process among several.

    Args:
        rank: its number.
        processes: how many there are.
        meeting: file by which they find each other.
        ends: reads as ended when the process that watches has ended, however it did.
        held: the other end, which only the process that watches may hold.
    """

    rank: int
    processes: int
    meeting: Path
    ends: int
    held: int


@dataclass(frozen=True)
class _Started:
    """A process, and what it tells: the error that it ends with, or nothing."""

    process: ForkProcess
    told: Connection


def _start(part: _Part, work: Callable[[], None]) -> _Started:
    context = multiprocessing.get_context("fork")
    told, tell = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(part, work, tell))
    process.start()
    # with the process that tells, the only one that holds this end is gone
    tell.close()
    return _Started(process, told)


def _run(part: _Part, work: Callable[[], None], tell: Connection) -> None:
    """Be one of the processes."""
    os.close(part.held)
    threading.Thread(target=_end_with_the_one_that_watches, args=(part,), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # half-written files are removed; the process that watches says a word for all
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if part.rank:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        _meet(part)
        work()
    except (BleedmapError, OSError) as error:
        error.add_note(traceback.format_exc())
        tell.send(error)
        sys.exit(1)
    except Exception:  # noqa: BLE001 - the process that watches raises it
        tell.send(RuntimeError(traceback.format_exc()))
        sys.exit(1)


def _meet(part: _Part) -> None:
    found = torch.cuda.device_count()
    if found:
        _take_gpu(part, found)
    dist.init_process_group(
        "nccl" if found else "gloo",
        f"file://{part.meeting}",
        rank=part.rank,
        world_size=part.processes,
        device_id=torch.device("cuda", 0) if found else None,
    )


def _take_gpu(part: _Part, found: int) -> None:
    """See one GPU alone, which no other process sees; CUDA has not begun yet in this process."""
    if found < part.processes:
        raise TrainingError(
            "few-gpus",
            found=f"{found} GPU{'s' * (found > 1)}",
            expected=f"one for each of processes = {part.processes}",
            remedy=f"set processes to {found}, or ask for more GPUs (--resources gpu={part.processes})",
        )
    names = os.environ.get(GPUS) or ",".join(map(str, range(found)))
    os.environ[GPUS] = names.split(",")[part.rank].strip()


def _end_with_the_one_that_watches(part: _Part) -> None:
    os.read(part.ends, 1)
    if not part.rank:
        say(f"bleedmap: {_ended('the process that watches over a shared training gone')}")
    os._exit(1)


def _first_fault(started: list[_Started]) -> Exception | None:
    """What the others end of too; None: all have done their work."""
    waiting = {each.told: each.process for each in started}
    faults: list[tuple[int, Exception]] = []
    until: float | None = None
    while waiting and (until is None or until > time.monotonic()):
        for told in wait(list(waiting), None if until is None else max(0.0, until - time.monotonic())):
            fault = _fault(told, waiting.pop(told), len(started))  # type: ignore[arg-type, call-overload]
            if fault is not None:
                faults.append(fault)
                until = until or time.monotonic() + SETTLE_SECONDS
    return min(faults, key=lambda fault: fault[0])[1] if faults else None


def _fault(told: Connection, process: ForkProcess, processes: int) -> tuple[int, Exception] | None:
    """What a process has ended of, and how little that can be what another has done to it."""
    try:
        error: Exception = told.recv()
    except EOFError:
        process.join()
        if not process.exitcode:
            return None
        # of one that killed it, and of one that it has heeded
        signals = {status: each.name for each in signal.Signals for status in (-each, 128 + each)}
        how = signals.get(process.exitcode, f"exit status {process.exitcode}")
        return 0, _ended(f"one of the {processes} processes that share a training ended from outside ({how})")
    return (2 if isinstance(error, RuntimeError) else 1), error


def _ended(found: str) -> TrainingError:
    return TrainingError(
        "process-ended",
        found=found,
        expected="all of them until the training is done",
        remedy="see whether memory was short; then give the same command again, and the training goes on after its "
        "last epoch",
    )


def _end(started: list[_Started]) -> None:
    for each in started:
        each.process.terminate()
    until = time.monotonic() + GRACE_SECONDS
    for each in started:
        each.process.join(max(0.0, until - time.monotonic()))
        if each.process.is_alive():
            each.process.kill()
            each.process.join()
        each.told.close()

"""Inputs of a job: as options of its program, and as a digest of what they hold."""

import hashlib
import json
import os
import shlex
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bleedmap.provenance.archive import content_digest

Inputs = Mapping[str, str | Sequence[str]]  # files of a job by name, as Snakemake hands them over


class Options(dict[str, int]):
    """All inputs of a job as options of its program.

    As a mapping it says how many files each option has. That is all that the key of a cached result shall see of it:
    where files lie says nothing about a result, and in a shared store it differs from user to user.

    Args:
        files: inputs of the job.
    """

    def __init__(self, files: Inputs) -> None:
        self._files = by_name(files)
        super().__init__({name: len(several) for name, several in self._files.items()})

    def __str__(self) -> str:
        return " ".join(
            # a file whose name begins with a dash is no option
            shlex.join([f"--{name.replace('_', '-')}", *(f"./{file}" if file[0] == "-" else file for file in several)])
            for name, several in self._files.items()
        )


def by_name(files: Inputs) -> dict[str, list[str]]:
    """Files of a job, one or several a name."""
    return {name: [value] if isinstance(value, str) else list(value) for name, value in files.items()}


def content(files: Inputs) -> str:
    """Digest of what the inputs of a job hold, whatever they are called.

    Raises:
        FileNotFoundError: one is not there yet; Snakemake asks again once it is.
    """
    held = {name: [_held(file, _state(file)) for file in several] for name, several in by_name(files).items()}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16]


def _state(file: str) -> tuple[int, int]:
    state = os.stat(file)  # noqa: PTH116  its error names the file as Snakemake does
    return state.st_mtime_ns, state.st_size


@cache
def _held(file: str, state: tuple[int, int]) -> str:
    # the state is not used, it makes a changed file another entry of the cache
    return content_digest(Path(file))

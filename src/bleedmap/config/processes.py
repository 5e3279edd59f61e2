"""Several processes that share the training of one network."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

Processes = Annotated[
    int,
    Field(
        ge=1,
        description="processes on one machine that share each batch of a training, each on a GPU of its own or, where "
        "there is none, on its share of the CPU threads; a batch stays as large as it is, and losses, batch "
        "normalisation and metrics are those of all of it. The training's job asks for as many GPUs and cores and as "
        "many times the memory",
    ),
]


def refuse_idle_processes(processes: int, samples: Mapping[str, int]) -> None:
    """Refuse more processes than a step has samples.

    Args:
        processes: that share each batch.
        samples: a step of each training, by its key.

    Raises:
        ValueError: some would never have a sample.
    """
    for training, each in samples.items():
        if each < processes:
            msg = f"processes = {processes} for {training} with {each} a step; give at most {each}, or a larger batch"
            raise ValueError(msg)

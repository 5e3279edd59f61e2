"""Write one shard of the embedded phantom cohort as DICOM series with labels and truth masks, in one zip."""

from pathlib import Path
from typing import Annotated

from bleedmap.config.datasets import PhantomSpec
from bleedmap.console import run
from bleedmap.datasets.phantom.writing import write_shard


def main(
    spec: Annotated[str, "config of the phantom, JSON"],
    subjects: Annotated[list[int], "numbers of the subjects to make"],
    out: Annotated[Path, "archive to write"],
) -> None:
    write_shard(PhantomSpec.from_json(spec), subjects, out)


if __name__ == "__main__":
    run(main)

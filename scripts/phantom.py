"""Write one shard of the embedded phantom cohort as DICOM series with labels and truth masks, in one zip."""

from pathlib import Path

from bleedmap.config.datasets import PhantomSpec
from bleedmap.console import run
from bleedmap.datasets.phantom.writing import write_shard


def main(spec: str, subjects: list[int], out: Path) -> None:
    write_shard(PhantomSpec.from_json(spec), subjects, out)


if __name__ == "__main__":
    run(main)

"""Test pairs of methods against each other on the subjects that both have scored."""

from pathlib import Path
from typing import Annotated

from pydantic import TypeAdapter

from bleedmap.console import run
from bleedmap.scoring.compare import compare, write
from bleedmap.scoring.table import join, read


def main(
    scores: Annotated[list[Path], "score tables of all methods and folds"],
    pairs: Annotated[str, "methods to compare, JSON"],
    out: Annotated[Path, "table of tests to write"],
) -> None:
    tables = (read(path) for path in scores)
    subjects = join(table[table["unit"] == "subject"] for table in tables)
    write(compare(subjects, TypeAdapter(list[tuple[str, str]]).validate_json(pairs)), out)


if __name__ == "__main__":
    run(main)

"""Join the scores of all methods, folds and data sets into the leaderboard."""

from pathlib import Path
from typing import Annotated

from bleedmap.console import run
from bleedmap.scoring.leaderboard import leaderboard, write
from bleedmap.scoring.table import join, read


def main(
    scores: Annotated[list[Path], "score tables of all methods and folds"],
    method: Annotated[list[str], "names of all methods in the order of the table"],
    out: Annotated[Path, "table to write"],
) -> None:
    write(leaderboard(join(read(path) for path in scores), method), out)


if __name__ == "__main__":
    run(main)

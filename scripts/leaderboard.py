"""Join the scores of all methods, folds and data sets into the leaderboard."""

from pathlib import Path

from bleedmap.console import run
from bleedmap.scoring.leaderboard import leaderboard, write
from bleedmap.scoring.table import join, read


def main(scores: list[Path], method: list[str], out: Path) -> None:
    write(leaderboard(join(read(path) for path in scores), method), out)


if __name__ == "__main__":
    run(main)

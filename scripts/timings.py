"""Print time and memory of a run's jobs, rule by rule; for people, no rule calls it."""

import sys
from pathlib import Path
from typing import Annotated

from bleedmap.console import run
from bleedmap.paths import stage_patterns
from bleedmap.report.timings import timings


def main(
    results: Annotated[Path, "folder of all outputs"],
) -> None:
    sys.stdout.write(timings(results, stage_patterns()).to_string(index=False, float_format="{:.1f}".format) + "\n")


if __name__ == "__main__":
    run(main)

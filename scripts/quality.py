"""Write the quality page of a data set: every scan with its montage and flags, and what was refused."""

from pathlib import Path

import pandas as pd

from bleedmap.console import run
from bleedmap.provenance.archive import members, read_member
from bleedmap.provenance.atomic import write_text
from bleedmap.provenance.tables import read_table
from bleedmap.quality.page import render


def main(dataset: str, scans: Path, rejected: Path, montages: list[Path], most: int, out: Path) -> None:
    place = {name.removesuffix(".png"): (file, name) for file in montages for name in members(file)}
    refused = pd.read_csv(rejected, dtype=str, keep_default_na=False)
    page = render(dataset, read_table(scans), refused, lambda scan: read_member(*place[scan]), most)
    write_text(out, page)


if __name__ == "__main__":
    run(main)

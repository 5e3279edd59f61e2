"""Write the quality page of a data set: every scan with its montage and flags, and what was refused."""

from pathlib import Path
from typing import Annotated

import pandas as pd

from bleedmap.console import run
from bleedmap.provenance.archive import members, read_member
from bleedmap.provenance.atomic import write_text
from bleedmap.provenance.tables import read_table
from bleedmap.quality.page import render


def main(
    dataset: Annotated[str, "name of the data set"],
    scans: Annotated[Path, "table of its scans"],
    rejected: Annotated[Path, "table of refused inputs"],
    montages: Annotated[list[Path], "archives of pictures, one a shard"],
    most: Annotated[int, "most scans to show"],
    out: Annotated[Path, "page to write"],
) -> None:
    place = {name.removesuffix(".png"): (file, name) for file in montages for name in members(file)}
    refused = pd.read_csv(rejected, dtype=str, keep_default_na=False)
    page = render(dataset, read_table(scans), refused, lambda scan: read_member(*place[scan]), most)
    write_text(out, page)


if __name__ == "__main__":
    run(main)

"""Put a run beside the tables that a paper prints."""

from pathlib import Path
from typing import Annotated

from bleedmap.console import run
from bleedmap.provenance.atomic import write_text
from bleedmap.provenance.tables import write_table
from bleedmap.report.paper import beside, markdown, read_printed
from bleedmap.scoring.table import join, read


def main(
    scores: Annotated[list[Path], "score tables of all methods and folds"],
    printed: Annotated[Path, "values that the paper prints, CSV"],
    out: Annotated[Path, "table to write, CSV"],
    out_page: Annotated[Path, "the same as Markdown"],
) -> None:
    table = beside(join(read(path) for path in scores), read_printed(printed))
    write_table(table, out)
    write_text(out_page, markdown(table))


if __name__ == "__main__":
    run(main)

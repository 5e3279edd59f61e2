import csv

import pandas as pd
import pytest

from bleedmap.provenance.tables import undefused, write_table

NAMES = [
    "=1+1",
    "+49",
    "-x",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "'=1",
    "''=1",
    "'",
    "a=b",
    "'a",
    "",
    "007",
    "a,b",
    'a"b',
    "a\nb",
]


def cells(path):
    with path.open(newline="", encoding="utf-8") as file:
        return [row[1] for row in csv.reader(file)][1:]


def test_no_spreadsheet_takes_a_private_name_for_a_formula_and_it_comes_back_as_it_was(tmp_path):
    write_table(pd.DataFrame({"n": range(len(NAMES)), "source": NAMES}), tmp_path / "a.csv", private=True)
    written = cells(tmp_path / "a.csv")
    assert [cell for cell in written if cell[:1] in tuple("=+-@\t\r＝")] == []
    assert [undefused(cell) for cell in written] == NAMES
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("rows", [[], [-1, 2]])
def test_numbers_and_empty_tables_are_written_as_they_are(tmp_path, rows):
    write_table(pd.DataFrame({"a": rows, "b": [float(row) for row in rows]}), tmp_path / "a.csv", private=True)
    assert (tmp_path / "a.csv").read_text() == "a,b\n" + "".join(f"{row},{row}\n" for row in rows)

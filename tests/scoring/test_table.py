import numpy as np
import pytest

from bleedmap.errors import TableError
from bleedmap.scoring.leaderboard import leaderboard
from bleedmap.scoring.scan import score_scan
from bleedmap.scoring.table import DISTANCE, RowLabels, Score, join, read, tabulate, write

from .conftest import GEOMETRY


@pytest.fixture
def tables(blobs):
    def scored(seed):
        prediction, truth = (mask.astype(np.uint8) * 3 for mask in blobs(seed))
        labels = RowLabels("d", "m", seed % 2, f"{seed:03}", f"{seed:03}")
        return score_scan(prediction, truth, GEOMETRY, labels, classes=("any", "sah", "edh"))

    return [scored(seed) for seed in range(4)]


def test_what_is_written_is_read_back(tables, tmp_path):
    table = join(tables)
    write(table, tmp_path / "scores.csv")
    back = read(tmp_path / "scores.csv")
    assert back.dtypes.to_dict() == table.dtypes.to_dict()
    np.testing.assert_allclose(back["value"], table["value"], rtol=1e-8)
    assert back.drop(columns="value").equals(table.drop(columns="value"))


def test_equal_tables_are_equal_bytes_with_unix_newlines(tables, tmp_path):
    for name in ("a", "b"):
        write(join(tables), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert b"\r" not in (tmp_path / "a").read_bytes()


def test_names_that_look_like_numbers_or_nothing_keep_their_spelling(tmp_path):
    names = ["007", "NA", "None", "1e5"]
    write(
        join(tabulate(RowLabels("d", "m", 0, name, name), [Score("subject", "dice", np.nan)]) for name in names),
        tmp_path / "t",
    )
    table = read(tmp_path / "t")
    assert table["subject"].tolist() == names
    assert table["value"].isna().all()


def test_voxel_counts_stay_whole_numbers(tmp_path):
    write(tabulate(RowLabels("d", "m", 0, "s", "s"), [Score("count", "tp", 123456789)]), tmp_path / "t")
    assert read(tmp_path / "t")["value"].tolist() == [123456789]


def test_joining_sums_distances_over_the_scans_of_a_fold(tables):
    table = join(tables)
    found = table[table["metric"].str.startswith(DISTANCE)]
    assert found["value"].sum() == sum(t.loc[t["metric"] == "surface_all", "value"].sum() for t in tables)
    assert set(found["subject"]) == {""}
    assert not found.duplicated(["class", "fold", "metric"]).any()


def test_joining_in_steps_gives_the_leaderboard_of_joining_at_once(tables):
    at_once = leaderboard(join(tables))
    in_steps = leaderboard(join([join(tables[:2]), join(tables[2:])]))
    assert in_steps.equals(at_once)
    assert leaderboard(join([*tables[::-1]])).equals(at_once)


def test_nothing_joins_to_an_empty_table():
    assert join([]).empty
    assert leaderboard(join([])).empty


def test_a_table_of_something_else_is_refused(tmp_path):
    (tmp_path / "t").write_text("a,b\n1,2\n")
    with pytest.raises(TableError, match="scores"):
        read(tmp_path / "t")

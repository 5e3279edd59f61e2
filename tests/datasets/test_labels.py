import numpy as np
import pytest

from bleedmap.datasets.labels import read_rows, slice_labels
from bleedmap.errors import ScanError, TableError

COLUMNS = ("scan", "slice", "hemorrhage")


def table(tmp_path, text, encoding="utf-8"):
    (tmp_path / "labels.csv").write_text(text, encoding=encoding)
    return tmp_path / "labels.csv"


def row(name, value):
    return {"slice": name, "hemorrhage": value}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_blanks_and_byte_order_marks_are_no_part_of_a_name(tmp_path, encoding):
    text = "scan , slice, hemorrhage\n a ,0, 1\n\n"
    assert read_rows(table(tmp_path, text, encoding), COLUMNS) == [{"scan": "a", "slice": "0", "hemorrhage": "1"}]


@pytest.mark.parametrize(
    ("text", "encoding", "code"),
    [
        ("", "utf-8", "missing-column"),
        ("scan,slice\na,0\n", "utf-8", "missing-column"),
        ("scan;slice;hemorrhage\na;0;1\n", "utf-8", "missing-column"),
        ("scan,slice,hemorrhage\nMüller,0,1\n", "latin-1", "unreadable-table"),
        ("scan,slice,hemorrhage\na,0,1\n", "utf-16", "unreadable-table"),
    ],
)
def test_an_unusable_table_is_one_sentence(tmp_path, text, encoding, code):
    with pytest.raises(TableError) as caught:
        read_rows(table(tmp_path, text, encoding), COLUMNS)
    assert caught.value.code == code
    assert "\n" not in str(caught.value)
    assert "ller" not in str(caught.value)


def test_a_table_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(TableError) as caught:
        read_rows(tmp_path / "gone.csv", COLUMNS)
    assert caught.value.code == "no-table"
    assert str(tmp_path) not in str(caught.value)


def test_a_row_that_ends_early_counts_as_an_empty_label(tmp_path):
    (short,) = read_rows(table(tmp_path, "scan,slice,hemorrhage\na,0\n"), COLUMNS)
    with pytest.raises(ScanError) as caught:
        slice_labels([short], [], 3)
    assert caught.value.code == "label-value"


@pytest.mark.parametrize("name", ["1", "second.dcm", "1.2.3"])
def test_a_slice_may_be_called_by_index_file_name_or_uid(name):
    keys = [["first.dcm", "second.dcm"], ["1.2.4", "1.2.3"]]
    np.testing.assert_array_equal(slice_labels([row(name, "1")], keys, 2), [-1, 1])


def test_what_the_table_leaves_out_is_unknown():
    np.testing.assert_array_equal(slice_labels([row("0", "0"), row("2", "1")], [], 4), [0, -1, 1, -1])


@pytest.mark.parametrize("value", ["2", "yes", "", "1.0", "-1"])
def test_a_label_other_than_0_and_1_is_refused(value):
    with pytest.raises(ScanError) as caught:
        slice_labels([row("0", value)], [], 2)
    assert caught.value.code == "label-value"


@pytest.mark.parametrize("name", ["2", "-1", "Jane.dcm", ""])
def test_a_label_for_a_missing_slice_is_refused_without_naming_it(name):
    with pytest.raises(ScanError) as caught:
        slice_labels([row(name, "1")], [["a.dcm", "b.dcm"]], 2)
    assert caught.value.code == "label-slice"
    assert "Jane" not in str(caught.value)

import numpy as np
import pytest

from bleedmap.datasets.labels import row_values
from bleedmap.datasets.scan_labels import ScanLabels, scan_labels
from bleedmap.datasets.tables import VALUES, read_rows
from bleedmap.datasets.truth_labels import with_truth
from bleedmap.errors import ScanError, TableError

COLUMNS = ("scan", "slice", "hemorrhage")


def table(tmp_path, text, encoding="utf-8"):
    (tmp_path / "labels.csv").write_text(text, encoding=encoding)
    return tmp_path / "labels.csv"


def row(**values):
    return {name: str(value) for name, value in values.items()}


def code_of(function, *arguments):
    with pytest.raises(ScanError) as caught:
        function(*arguments)
    return caught.value.code


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


def test_a_table_without_header_is_refused_without_showing_its_first_patient(tmp_path):
    with pytest.raises(TableError) as caught:
        read_rows(table(tmp_path, "Roe-Jane,0,1\n"), COLUMNS)
    assert "Roe" not in str(caught.value)


def test_one_of_several_columns_is_enough_and_none_is_not(tmp_path):
    path = table(tmp_path, "Scan,SDH\na,1\n")
    assert read_rows(path, ("scan",), any_of=VALUES, lower=True) == [{"scan": "a", "sdh": "1"}]
    with pytest.raises(TableError, match="hemorrhage or iph or ivh"):
        read_rows(table(tmp_path, "scan,bleed\na,1\n"), ("scan",), any_of=VALUES)


def test_a_row_that_ends_early_leaves_its_last_cells_empty(tmp_path):
    (short,) = read_rows(table(tmp_path, "scan,slice,hemorrhage\na,0\n"), COLUMNS)
    assert code_of(row_values, short) == "label-value"


@pytest.mark.parametrize("value", ["2", "yes", "", "1.0", "-1"])
def test_a_label_other_than_0_and_1_is_refused(value):
    assert code_of(row_values, row(hemorrhage=value)) == "label-value"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (row(hemorrhage=1), [1, -1, -1, -1, -1, -1]),
        (row(hemorrhage=0), [0, 0, 0, 0, 0, 0]),
        (row(sdh=1), [1, -1, -1, -1, 1, -1]),
        (row(sdh=0), [-1, -1, -1, -1, 0, -1]),
        (row(hemorrhage="", iph=0, ivh=0, sah=0, sdh=0, edh=0), [0, 0, 0, 0, 0, 0]),
        (row(hemorrhage=1, iph=0, ivh=1, sah=""), [1, 0, 1, -1, -1, -1]),
    ],
)
def test_subtypes_and_hemorrhage_imply_each_other(values, expected):
    assert row_values(values).tolist() == expected


def test_a_subtype_without_hemorrhage_is_a_contradiction():
    assert code_of(row_values, row(hemorrhage=0, edh=1)) == "label-contradiction"


def test_what_the_table_leaves_out_is_unknown():
    found = scan_labels([(row(hemorrhage=0), 0), (row(hemorrhage=1), 2)], 4)
    assert found.labels.tolist() == [0, -1, 1, -1]
    assert found.subtypes is None
    assert found.scan_label == 1


@pytest.mark.parametrize(
    ("rows", "labels", "scan_label"),
    [
        ([(row(hemorrhage=0), None)], [0, 0], 0),
        ([(row(hemorrhage=1), None)], [-1, -1], 1),
        ([(row(hemorrhage=1), None), (row(hemorrhage=0), 1)], [-1, 0], 1),
        ([(row(hemorrhage=0), 0), (row(hemorrhage=0), 1)], [0, 0], 0),
        ([(row(hemorrhage=0), 0)], [0, -1], -1),
        ([(row(hemorrhage=1), 0), (row(hemorrhage=1), 0)], [1, -1], 1),
        ([], [-1, -1], -1),
    ],
)
def test_labels_of_scan_and_slices_follow_from_each_other(rows, labels, scan_label):
    for order in (rows, rows[::-1]):
        found = scan_labels(order, 2)
        assert (found.labels.tolist(), found.scan_label) == (labels, scan_label)


@pytest.mark.parametrize(
    "rows",
    [
        [(row(hemorrhage=1), 0), (row(hemorrhage=0), 0)],
        [(row(hemorrhage=0), None), (row(hemorrhage=1), 0)],
        [(row(hemorrhage=1), None), (row(hemorrhage=0), None)],
        [(row(hemorrhage=1), None), (row(hemorrhage=0), 0), (row(hemorrhage=0), 1)],
        [(row(iph=1), None), (row(iph=0), 0), (row(iph=0), 1)],
        [(row(iph=0), None), (row(iph=1), 1)],
        [(row(iph=1), 0), (row(hemorrhage=0), 0)],
    ],
)
def test_rows_that_contradict_each_other_are_refused_in_any_order(rows):
    assert code_of(scan_labels, rows, 2) == "label-contradiction"
    assert code_of(scan_labels, rows[::-1], 2) == "label-contradiction"


def test_a_mask_fills_gaps_and_overrules_nobody():
    truth = np.zeros((3, 2, 2), dtype=np.uint8)
    truth[0], truth[1, 0, 0] = 5, 2
    read = ScanLabels(np.array([0, -1, -1], dtype=np.int8), None, -1)
    found = with_truth(read, truth, has_subtypes=True)
    assert found.labels.tolist() == [0, 1, 0]
    assert found.subtypes.tolist() == [[0, 0, 0, 0, 1], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]]
    assert found.scan_label == 1
    assert with_truth(read, truth, has_subtypes=False).subtypes is None

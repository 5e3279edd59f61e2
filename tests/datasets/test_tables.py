"""Label tables and lists as spreadsheets save them."""

import pytest

from bleedmap.config.datasets import HeadCtPngSpec, PngSlicesSpec
from bleedmap.datasets.head_ct_png.listing import list_sources as list_head_ct
from bleedmap.datasets.png_slices.listing import list_sources
from bleedmap.datasets.png_slices.reading import read
from bleedmap.datasets.rsna2019.exclusion import excluded_patients
from bleedmap.datasets.rsna2019.labels import read_labels
from bleedmap.datasets.tables import read_names, read_rows
from bleedmap.errors import ScanError, TableError

KINDS = ("any", "intraparenchymal", "intraventricular", "subarachnoid", "subdural", "epidural")


@pytest.fixture
def table(tmp_path):
    def written(text, name="table.csv"):
        (tmp_path / name).write_text(text, newline="")
        return tmp_path / name

    return written


@pytest.mark.parametrize("empty", [",,\r\n,,\r\n", "\r\n", " , ,\r\n", ",,,,,\r\n", '"","",""\r\n'])
def test_a_line_of_empty_cells_is_no_row(table, empty):
    rows = [{"scan": "007", "slice": "0", "hemorrhage": "1"}, {"scan": "008", "slice": "", "hemorrhage": "0"}]
    text = f"{empty}scan,slice,hemorrhage\r\n007,0,1\r\n{empty}008,,0\r\n{empty}"
    assert read_rows(table(text), ("scan",)) == rows


@pytest.mark.parametrize(
    ("header", "lower"),
    [("scan,hemorrhage,hemorrhage", False), ("scan,hemorrhage,Hemorrhage", True), ("scan,hemorrhage, scan ", False)],
)
def test_a_column_given_twice_is_refused_without_showing_its_name(table, header, lower):
    with pytest.raises(TableError) as refused:
        read_rows(table(f"{header}\na,0,1\n"), ("scan", "hemorrhage"), lower=lower)
    assert refused.value.code == "repeated-column"
    assert "hemorrhage" not in refused.value.found


def test_columns_without_a_name_may_be_many(table):
    assert read_rows(table("scan,,\na,,\n"), ("scan",)) == [{"scan": "a", "": ""}]


def test_a_list_saved_by_a_spreadsheet_names_whom_it_names(table):
    assert read_names(table('\ufeffp1,,\r\n"p2"\r\n,,\r\n\r\n p3 ,\r\n')) == ["p1", "p2", "p3"]
    assert excluded_patients([table("ID_00000001,\n,\n", "list.txt")]) == {"ID_00000001"}


def test_a_list_with_several_cells_in_a_line_is_none(table):
    with pytest.raises(ValueError, match="several cells"):
        read_names(table("p1,p2\n"))
    with pytest.raises(TableError, match="patient-list"):
        excluded_patients([table("ID_00000001,ID_00000002\n", "list.txt")])


@pytest.mark.parametrize(
    ("header", "end"), [("ID,Label", ""), ("ID,Label", ","), ("ID,Label,", ","), ("ID,Label,,", ",,")]
)
def test_empty_cells_cost_no_label_of_rsna(table, header, end):
    rows = [f"ID_00000000a_{kind},{int(kind in ('any', 'subdural'))}{end}" for kind in KINDS]
    found = read_labels(table("\n".join([header, *rows, f",{end}", f",{end}", ""])))
    assert (found.images.tolist(), found.values.tolist()) == (["ID_00000000a"], [[1, 0, 0, 0, 1, 0]])
    assert found.malformed == 0


def test_a_column_of_rsna_given_twice_is_refused(table):
    with pytest.raises(TableError, match="label-table"):
        read_labels(table("ID,Label,Label\nID_00000000a_any,1,0\n"))


@pytest.mark.parametrize("file", ["labels", "groups"])
def test_rows_on_one_picture_that_differ_cost_it_alone(table, write_picture, tmp_path, file):
    for name in ("a", "b"):
        write_picture(tmp_path / f"{name}.png")
    table("id,hemorrhage\na,1\na,1\nb,0\n" + ("a,0\n" if file == "labels" else ""), "labels.csv")
    table("id,group\na,x\nb,y\n" + ("a,y\n" if file == "groups" else ""), "groups.csv")
    spec = PngSlicesSpec(root=tmp_path, groups="groups.csv", public_names=True)
    first, second = list_sources(spec)
    with pytest.raises(ScanError, match="label-contradiction"):
        read(spec, first)
    assert [scan.labels.tolist() for scan in read(spec, second)] == [[0]]


def test_a_folder_of_masks_that_is_not_there_is_refused(table, write_picture, tmp_path):
    write_picture(tmp_path / "head_ct" / "000.png")
    table("id,hemorrhage\n0,1\n", "labels.csv")
    with pytest.raises(TableError, match="no-masks"):
        list_head_ct(HeadCtPngSpec(root=tmp_path, masks="~/masks"))

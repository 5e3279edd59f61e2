import numpy as np
import pandas as pd
import pytest

from bleedmap.config.detectors import LocalMaximaSpec
from bleedmap.detectors.detect_scan import detect_scan
from bleedmap.detectors.detect_shard import detect_shard
from bleedmap.saliency.map_store import map_attributes
from bleedmap.slices.box import Box
from bleedmap.slices.store import add_rows, write_store
from tests.scenes import salient

SPEC = LocalMaximaSpec(threshold=0.5, min_distance=2)


def test_points_come_in_the_scans_own_pixels():
    """A grid of 32 pixels over 64 rows and 128 columns that begin at row 10 and column -20."""
    maps = np.zeros((1, 32, 32))
    maps[0, 8, 16] = 1
    point = detect_scan(SPEC, salient(np.zeros((1, 32, 32)), maps), Box(10, -20, 64, 128)).iloc[0]
    # grid pixel 8 covers rows 16 and 17 of the box, grid pixel 16 its columns 64 to 67
    assert (point["row"], point["column"]) == (10 + 16.5, -20 + 65.5)


@pytest.fixture
def maps(tmp_path):
    """Maps of six scans of four slices: one bright pixel in slice 1 of scan s2, of value 7."""
    values, high = np.zeros((24, 1, 32, 32)), np.zeros((24, 1), dtype=np.float32)
    values[9, 0, 5, 6], high[9] = 1, 7
    with write_store(tmp_path / "maps", map_attributes(["any"], high * 0, high, [])) as group:
        add_rows(group, "maps", 24, 32, "float16", channels=1)[:] = values
    return tmp_path / "maps"


def test_a_table_names_scan_slice_pixel_class_and_score(slice_store, maps, tmp_path):
    detect_shard(SPEC, slice_store, maps, tmp_path / "points.csv")
    assert (tmp_path / "points.csv").read_text() == "scan,slice,row,column,class,score\ns2,1,5,6,any,7\n"


def test_where_nothing_is_found_the_table_is_empty_but_has_its_columns(slice_store, maps, tmp_path):
    detect_shard(LocalMaximaSpec(threshold=8), slice_store, maps, tmp_path / "points.csv")
    table = pd.read_csv(tmp_path / "points.csv")
    assert table.columns.tolist() == ["scan", "slice", "row", "column", "class", "score"]
    assert table.empty


def test_a_scan_without_maps_is_told_in_the_table_of_points(slice_store, maps, tmp_path):
    ones = np.ones((24, 1), dtype=np.float32)
    reason = {"code": "out-of-memory", "found": "f", "expected": "e", "remedy": "r"}
    with write_store(tmp_path / "some", map_attributes(["any"], ones * 0, ones, [])) as group:
        add_rows(group, "maps", 24, 32, "float16", channels=1)[:] = 0
        group.update_attributes({"refused": {"s2": reason}})
    detect_shard(SPEC, slice_store, tmp_path / "some", tmp_path / "points.csv")
    assert (tmp_path / "points.csv").read_text() == "scan,slice,row,column,class,score\ns2,0,,,refused,\n"

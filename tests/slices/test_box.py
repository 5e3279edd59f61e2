import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bleedmap.config.slices import SliceSpec
from bleedmap.slices.box import Box
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry


def volume(rows, columns, *, mm=1.0, in_mm=True):
    geometry = Geometry.from_affine(np.diag([-mm, -mm, 5.0, 1.0]), 2, in_mm=in_mm)
    return CtVolume(np.zeros((2, rows, columns), dtype=np.int16), geometry)


def test_the_square_has_the_asked_size_and_is_centred_on_the_brain():
    brain = np.zeros((2, 100, 120), dtype=np.uint8)
    brain[:, 20:60, 50:90] = 1
    box = Box.around_brain(volume(100, 120, mm=2.0), brain, SliceSpec(size=32, field_of_view_mm=100))
    assert (box.height, box.width) == (50, 50)
    assert (box.top + 25, box.left + 25) == (40, 70)


def test_a_picture_is_taken_whole():
    box = Box.around_brain(volume(60, 100, in_mm=False), np.zeros((2, 60, 100), np.uint8), SliceSpec(size=32))
    assert box == Box(-20, 0, 100, 100)


@given(
    top=st.integers(-30, 60),
    left=st.integers(-30, 60),
    side=st.integers(32, 100),
)
def test_a_blob_inside_the_box_comes_back_where_it_was(top, left, side):
    picture = np.zeros((1, 80, 80), dtype=np.float32)
    rows = slice(max(top + 8, 0), max(min(top + side - 8, 80), 0))
    columns = slice(max(left + 8, 0), max(min(left + side - 8, 80), 0))
    picture[:, rows, columns] = 1
    if picture.sum() < 100:
        return
    box = Box(top, left, side, side)
    back = box.put_back(box.take(picture, 64, 0) >= 0.5, 80, 80) >= 0.5
    missed = np.argwhere(back != (picture > 0))
    # only the outermost pixels may fall on the other side
    edges = [rows.start, rows.stop - 1, columns.start, columns.stop - 1]
    for _, row, column in missed:
        assert min(abs(row - edges[0]), abs(row - edges[1]), abs(column - edges[2]), abs(column - edges[3])) <= 1


def test_past_the_edge_there_is_air():
    taken = Box(-50, -50, 100, 100).take(np.zeros((1, 50, 50), dtype=np.int16), 100, -1024)
    assert taken[0, 0, 0] == -1024
    assert taken[0, -1, -1] == 0

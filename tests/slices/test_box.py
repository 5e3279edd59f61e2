import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bleedmap.config.slices import SliceSpec
from bleedmap.slices.box import Box, to_own_voxels
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

EDGE = 2  # pixels of an object's rim that resampling may move


def volume(rows, columns, *, mm=1.0, in_mm=True):
    geometry = Geometry.from_affine(np.diag([-mm, -mm, 5.0, 1.0]), 2, in_mm=in_mm)
    return CtVolume(np.zeros((2, rows, columns), dtype=np.int16), geometry)


def test_the_square_has_the_asked_size_and_is_centred_on_the_brain():
    brain = np.zeros((2, 100, 120), dtype=np.uint8)
    brain[:, 20:60, 50:90] = 1
    box = Box.around_brain(volume(100, 120, mm=2.0), brain, SliceSpec(size=32, field_of_view_mm=100))
    assert (box.height, box.width) == (50, 50)
    assert (box.top + 25, box.left + 25) == (40, 70)


def test_pixels_that_are_no_squares_give_a_box_that_is_square_in_mm():
    geometry = Geometry.from_affine(np.diag([-0.5, -1.0, 5.0, 1.0]), 2)
    scan = CtVolume(np.zeros((2, 100, 200), dtype=np.int16), geometry)
    box = Box.around_brain(scan, np.zeros((2, 100, 200), np.uint8), SliceSpec(size=32, field_of_view_mm=80))
    assert (box.height, box.width) == (80, 160)


def test_a_picture_is_taken_whole():
    box = Box.around_brain(volume(60, 100, in_mm=False), np.zeros((2, 60, 100), np.uint8), SliceSpec(size=32))
    assert box == Box(-20, 0, 100, 100)


boxes = st.builds(
    Box, st.integers(-30, 60), st.integers(-30, 60), height=st.integers(40, 100), width=st.integers(40, 100)
)


def objects(box):
    """Labels 2 and 5 side by side, large, on an 80 x 80 picture, where the box meets it; None if it hardly does."""
    rows = slice(max(box.top + 6, 0), max(min(box.top + box.height - 6, 80), 0))
    columns = slice(max(box.left + 6, 0), max(min(box.left + box.width - 6, 80), 0))
    if rows.stop - rows.start < 16 or columns.stop - columns.start < 16:
        return None
    labels = np.zeros((1, 80, 80), dtype=np.uint8)
    labels[:, rows, columns] = 5
    labels[:, rows, columns.start : (columns.start + columns.stop) // 2] = 2
    return labels


def rims(labels):
    """Pixels within ``EDGE`` of another label."""
    found = np.zeros(labels.shape, dtype=bool)
    for axis in (1, 2):
        for step in range(1, EDGE + 1):
            found |= (labels != np.roll(labels, step, axis)) | (labels != np.roll(labels, -step, axis))
    return found


# the picture's last row is less than half of a pixel of the grid, and all of the picture that this pixel shows
@example(box=Box(-6, 0, height=100, width=40), size=48)
@given(box=boxes, size=st.sampled_from([48, 64, 96]))
def test_large_objects_keep_place_and_label_on_the_way_to_the_grid_and_back(box, size):
    labels = objects(box)
    if labels is None:
        return
    back = to_own_voxels(box.take_labels(labels, size), box, 80, 80)
    np.testing.assert_array_equal(np.where(rims(labels), labels, back), labels)
    assert set(np.unique(back)) <= {0, 2, 5}


@given(box=boxes, row=st.integers(0, 63), column=st.integers(0, 63))
def test_a_point_lies_in_the_own_pixels_that_its_grid_pixel_was_taken_from(box, row, column):
    ramps = np.stack(np.mgrid[-30:170, -30:170]).astype(np.float32)  # rows and columns of a picture with a wide margin
    wide = Box(box.top + 30, box.left + 30, box.height, box.width)
    taken = wide.take(ramps, 64, 0)[:, row, column]
    point = box.to_own_pixels(np.array([[row, column]]), 64)[0]
    # at the box's own rim the average is over fewer pixels
    inside = np.clip(point, [box.top, box.left], [box.top + box.height - 1, box.left + box.width - 1])
    np.testing.assert_allclose(taken, inside, atol=0.8)


def test_the_first_and_last_grid_pixels_are_mirror_images_in_the_box():
    points = Box(10, 20, 50, 40).to_own_pixels(np.array([[0, 0], [24, 39]]), 40)
    np.testing.assert_allclose(points, [[10 + 1.25 / 2 - 0.5, 20.0], [10 + 24.5 * 1.25 - 0.5, 59.0]])


def test_a_grid_of_the_scans_own_pixels_changes_no_label():
    labels = np.random.default_rng(0).integers(0, 6, (3, 40, 40)).astype(np.uint8)
    box = Box(0, 0, 40, 40)
    np.testing.assert_array_equal(box.take_labels(labels, 40), labels)
    np.testing.assert_array_equal(to_own_voxels(labels, box, 40, 40), labels)


@pytest.mark.parametrize(("patch", "expected"), [
    ([[1, 1], [0, 0]], 1),  # half of it is enough
    ([[1, 0], [0, 0]], 0),
    ([[3, 3], [3, 1]], 3),  # the larger share
    ([[4, 4], [2, 0]], 4),
    ([[2, 4], [0, 0]], 2),  # half of it is hemorrhage, of two kinds to equal shares
])  # fmt: skip
def test_a_pixel_takes_the_label_that_most_of_it_is(patch, expected):
    labels = np.kron(np.array(patch, dtype=np.uint8), np.ones((16, 16), dtype=np.uint8))[None]
    # far from the borders of one grid pixel the weights of the resampling are those of an average
    taken = Box(0, 0, 32, 32).take_labels(labels, 1)
    assert taken[0, 0, 0] == expected


def test_unknown_pixels_stay_unknown_on_the_grid_and_never_come_out_of_it():
    labels = np.zeros((1, 64, 64), dtype=np.uint8)
    labels[:, :32], labels[:, 40:] = 255, 3
    box = Box(0, 0, 64, 64)
    taken = box.take_labels(labels, 32)
    assert (taken[:, :15] == 255).all()
    back = to_own_voxels(taken, box, 64, 64)
    assert set(np.unique(back)) == {0, 3}
    assert (back[:, 42:] == 3).all()


def test_nothing_is_marked_outside_the_box():
    back = to_own_voxels(np.ones((2, 32, 32), dtype=np.uint8), Box(10, 20, 30, 40), 80, 90)
    expected = np.zeros((2, 80, 90), dtype=np.uint8)
    expected[:, 10:40, 20:60] = 1
    np.testing.assert_array_equal(back, expected)


def test_past_the_edge_there_is_air():
    taken = Box(-50, -50, 100, 100).take(np.zeros((1, 50, 50), dtype=np.int16), 100, -1024)
    assert taken[0, 0, 0] == -1024
    assert taken[0, -1, -1] == 0


@pytest.mark.parametrize("box", [Box(90, 0, 40, 40), Box(0, 90, 40, 40), Box(-60, -60, 40, 40)])
def test_a_box_beside_the_picture_holds_air_and_marks_nothing(box):
    np.testing.assert_allclose(box.take(np.zeros((1, 80, 80), dtype=np.int16), 32, -1024), -1024, rtol=1e-5)
    assert not to_own_voxels(np.ones((1, 32, 32), dtype=np.uint8), box, 80, 80).any()

"""The picture of a prediction: which slices, where the outlines are, and what it costs."""

import numpy as np
from PIL import Image

from bleedmap.predict.preview import COLUMNS, MOST, chosen, draw_preview
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

RED, BLUE = (255, 0, 0), (0, 0, 255)


def scan(slices, rows=60, columns=60):
    """A scan of grey from edge to edge, so that nothing is cut off."""
    hu = np.full((slices, rows, columns), 40, dtype=np.int16)
    return CtVolume(hu, Geometry.from_affine(np.diag([-1.0, -1.0, 2.0, 1.0]), slices))


def test_at_most_sixty_slices_are_shown_and_no_bleed_is_passed_over():
    for slices in (1, 7, 59, 60, 61, 640):
        labels = np.zeros((slices, 4, 4), dtype=np.uint8)
        labels[slices // 3, 0, 0] = 1
        shown = chosen(labels)
        assert len(shown) == min(slices, MOST)
        assert shown == sorted(set(shown))
        assert slices // 3 in shown


def test_of_neighbours_the_one_with_the_largest_area_is_shown():
    labels = np.zeros((120, 4, 4), dtype=np.uint8)
    labels[50, 0, 0], labels[51, 0, :3] = 1, 2
    shown = chosen(labels)
    assert 51 in shown
    assert 50 not in shown


def test_outlines_lie_around_what_was_found_in_the_colour_of_its_label(tmp_path):
    labels = np.zeros((11, 60, 60), dtype=np.uint8)
    labels[3, 10:30, 20:40] = 1
    labels[9, 45:50, 5:15] = 2
    draw_preview(scan(11), labels, tmp_path / "preview.png", [RED, BLUE])
    picture = np.asarray(Image.open(tmp_path / "preview.png"))
    side = picture.shape[1] // COLUMNS
    assert picture.shape == (2 * side, COLUMNS * side, 3)
    for index, colour, (top, bottom, left, right) in ((3, RED, (10, 30, 20, 40)), (9, BLUE, (45, 50, 5, 15))):
        rows, columns = np.nonzero((picture == colour).all(axis=2))
        corner = index // COLUMNS * side, index % COLUMNS * side
        edges = [
            (rows.min() - corner[0], top), (rows.max() + 1 - corner[0], bottom),
            (columns.min() - corner[1], left), (columns.max() + 1 - corner[1], right),
        ]  # fmt: skip
        for drawn, true in edges:
            assert abs(drawn - true * side / 60) <= 2


def test_a_single_voxel_is_seen(tmp_path):
    labels = np.zeros((2, 512, 512), dtype=np.uint8)
    labels[1, 300, 200] = 1
    draw_preview(scan(2, 512, 512), labels, tmp_path / "preview.png", [RED])
    assert (np.asarray(Image.open(tmp_path / "preview.png")) == RED).all(axis=2).sum() >= 4


def test_pixels_that_are_no_squares_are_shown_true_to_scale(tmp_path):
    volume = CtVolume(scan(1).hu[:, :30], Geometry.from_affine(np.diag([-1.0, -4.0, 2.0, 1.0]), 1))
    draw_preview(volume, np.zeros((1, 30, 60), dtype=np.uint8), tmp_path / "preview.png")
    height, width, _ = np.asarray(Image.open(tmp_path / "preview.png")).shape
    assert height == 2 * width


def test_a_scan_of_nothing_but_air_is_drawn(tmp_path):
    volume = scan(3)
    volume.hu[:] = -1000
    draw_preview(volume, np.zeros(volume.hu.shape, dtype=np.uint8), tmp_path / "preview.png")
    assert np.asarray(Image.open(tmp_path / "preview.png")).shape[1] > 100

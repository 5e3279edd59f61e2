import warnings

import numpy as np
import pytest

from bleedmap.scoring.surface import surface_areas
from bleedmap.scoring.surfels import surfels
from bleedmap.volumes.geometry import Geometry

from .conftest import GEOMETRY, SPACING, geometry

ROW, COLUMN = np.array([0, 0.6, 0]), np.array([0.45, 0, 0])


def test_a_cuboid_has_the_area_of_its_sides_less_the_cut_edges_and_corners():
    mask = np.zeros((8, 10, 12), bool)
    mask[2:5, 3:7, 4:9] = True
    a, b, c = np.array(mask[2:5, 3:7, 4:9].shape) * SPACING
    u, v, w = SPACING
    sides = 2 * ((a - u) * (b - v) + (b - v) * (c - w) + (a - u) * (c - w))
    # the surface runs half a voxel outside the centres; an edge is cut at an angle, and so is a corner
    edges = 2 * ((a - u) * np.hypot(v, w) + (b - v) * np.hypot(u, w) + (c - w) * np.hypot(u, v))
    corners = np.linalg.norm([u * v, v * w, u * w])
    assert surfels(mask, geometry(8)).sizes.sum() == pytest.approx(sides + edges + corners)


def test_one_voxel_is_an_octahedron():
    mask = np.zeros((3, 3, 3), bool)
    mask[1, 1, 1] = True
    found = surfels(mask, geometry(3, (2, 2, 2)))
    # eight triangles with sides of the square root of 2 mm, in the cells around the voxel
    np.testing.assert_allclose(found.sizes, np.sqrt(3) / 4 * 2)
    middle = np.array([-2, -2, 2])  # RAS to LPS turns the first two axes of the stack about
    np.testing.assert_allclose(np.abs(found.places - np.abs(middle)), 1)


def test_the_area_of_a_ball_is_nearly_that_of_the_sphere():
    radius = 12.0
    z, y, x = np.ogrid[-15:16, -15:16, -15:16]
    ball = z**2 + y**2 + x**2 <= radius**2
    area = surfels(ball, geometry(31, (1, 1, 1))).sizes.sum()
    # a surface through the middles of edges is rougher than the sphere
    assert 4 * np.pi * radius**2 < area < 1.12 * 4 * np.pi * radius**2


def test_a_plane_between_uneven_slices_has_its_area_whatever_the_gaps():
    origins = np.array([[0, 0, z] for z in (0, 2.5, 10, 15)], dtype=np.float64)
    mask = np.zeros((4, 20, 30), bool)
    mask[:2, 5:15, 5:25] = True
    found = surfels(mask, Geometry(origins, ROW, COLUMN))
    middle = np.abs(found.places[:, :2] - [15 * 0.45, 10 * 0.6]).max(axis=1) < 2
    flat = middle & (found.places[:, 2] == (2.5 + 10) / 2)
    np.testing.assert_allclose(found.sizes[flat], 0.6 * 0.45)
    # a wall is as high as its slices lie apart: from half-way below the lowest to half-way above the highest
    wall = (found.places[:, 0] == 4.5 * 0.45) & (np.abs(found.places[:, 1] - 10 * 0.6) < 2)
    heights = dict(zip(found.places[wall, 2].tolist(), (found.sizes[wall] / 0.6).tolist(), strict=True))
    assert heights[1.25] == pytest.approx(2.5)


def test_a_tilted_stack_is_sheared_and_has_the_area_of_the_sheared_body():
    angle = np.radians(25)
    row = 0.6 * np.array([0, np.cos(angle), -np.sin(angle)])
    mask = np.zeros((6, 20, 20), bool)
    mask[1:5, 5:15, 5:15] = True
    tilted = surfels(mask, Geometry(np.array([[0, 0, 5.0 * k] for k in range(6)]), row, COLUMN))
    wall = tilted.sizes[np.isclose(tilted.places[:, 0], 4.5 * 0.45)].max()  # spanned by a row and a gap
    assert wall == pytest.approx(np.linalg.norm(np.cross(row, [0, 0, 5])))


def test_the_outline_of_a_slice_is_measured_in_mm():
    mask = np.zeros((10, 12), bool)
    mask[2:6, 3:8] = True
    u, v = SPACING[1:]
    # straight sides between the outermost centres, and four corners cut
    expected = 2 * (3 * u + 4 * v) + 4 * np.hypot(u, v) / 2
    assert surfels(mask, GEOMETRY).sizes.sum() == pytest.approx(expected)


def test_an_empty_mask_has_no_surface():
    assert surfels(np.zeros((3, 4, 5), bool), geometry(3)).sizes.size == 0


def by_peer(prediction, truth, spacing, tolerance):
    """Surface Dice by area after MONAI's port of DeepMind's table, one gap throughout."""
    import torch
    from monai.metrics import compute_surface_dice

    p, t = (torch.as_tensor(np.pad(mask, 1))[None, None] for mask in (prediction, truth))
    options = {"include_background": True, "spacing": list(spacing), "use_subvoxels": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(compute_surface_dice(p, t, class_thresholds=[tolerance], **options))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tolerance", [0.7, 2.2, 4.9])
def test_scans_agree_with_the_published_table(blobs, seed, tolerance):
    prediction, truth = blobs(seed)
    found = surface_areas(prediction, truth, GEOMETRY).surface_dice(tolerance)
    assert found == pytest.approx(by_peer(prediction, truth, SPACING, tolerance), abs=1e-6)


def test_every_neighbourhood_has_the_area_of_the_published_table():
    import torch
    from monai.metrics.utils import create_table_neighbour_code_to_surface_area

    from bleedmap.scoring.surfels import CORNERS

    published = create_table_neighbour_code_to_surface_area(SPACING, device=torch.device("cpu"))[0].numpy()
    for code in range(1, 255):
        mask = np.pad((code & CORNERS) > 0, 2)
        cells = surfels(mask, geometry(6))
        inside = np.abs(cells.places - np.array([2.5 * 0.6, 2.5 * 0.45, 2.5 * 5])).max(axis=1) < 1e-9
        assert cells.sizes[inside].sum() == pytest.approx(published[code], abs=1e-6), code


def test_a_missing_mask_has_nothing_near_it():
    empty, box = np.zeros((8, 10, 10), bool), np.zeros((8, 10, 10), bool)
    box[3, 4:6, 4:6] = True
    assert surface_areas(box, empty, GEOMETRY).surface_dice(1e6) == 0
    assert np.isnan(surface_areas(empty, empty, GEOMETRY).surface_dice(1))

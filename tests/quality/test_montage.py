import io

import numpy as np
import pytest
from PIL import Image

from bleedmap.quality.montage import HEIGHT, OUTLINE, montage
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry


def head(slices=12, side=64, gap_mm=5.0, pixel_mm=2.5, tilt=0.0):
    hu = np.full((slices, side, side), -1000, dtype=np.int16)
    hu[:, 10:-10, 10:-10] = 40
    origins = np.stack([np.zeros(slices), np.arange(slices) * tilt, np.arange(slices) * gap_mm], axis=1)
    return CtVolume(hu, Geometry(origins, np.array([0.0, pixel_mm, 0]), np.array([pixel_mm, 0.0, 0])))


def picture(volume, brain):
    return np.asarray(Image.open(io.BytesIO(montage(volume, brain))))


def outlined(tile):
    return (tile == OUTLINE).all(axis=2)


@pytest.fixture
def brain():
    mask = np.zeros((12, 64, 64), dtype=np.uint8)
    mask[2:10, 16:48, 20:44] = 1
    return mask


def test_three_slices_and_the_side_are_shown_true_to_scale(brain):
    # 160 mm square slices, and a side of 60 mm by 160 mm
    assert picture(head(), brain).shape == (HEIGHT, 3 * HEIGHT + round(HEIGHT * 160 / 60), 3)


def test_the_outline_encloses_the_mask_on_every_slice(brain):
    tile = outlined(picture(head(), brain)[:, :HEIGHT])
    rows, columns = np.flatnonzero(tile.any(axis=1)), np.flatnonzero(tile.any(axis=0))
    assert (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) == (48, 144, 60, 132)


def test_the_side_view_stands_upright_with_the_face_to_the_left(brain):
    volume = head()
    volume.hu[-1, :20] = 80
    side = picture(volume, brain)[:, 3 * HEIGHT :]
    upper_left, lower_right = side[: HEIGHT // 14, : side.shape[1] // 4], side[-HEIGHT // 14 :, -side.shape[1] // 4 :]
    assert upper_left.mean() > 200
    assert lower_right.mean() < 60


def test_a_tilted_stack_is_shown_untilted(brain):
    straight, tilted = head(), head(tilt=2.5)
    widths = [outlined(picture(volume, brain)[:, 3 * HEIGHT :]).any(axis=0).sum() for volume in (straight, tilted)]
    pixels_a_mm = HEIGHT / 60
    assert widths[1] - widths[0] == pytest.approx(7 * 2.5 * pixels_a_mm, abs=12)


def test_a_scan_without_a_brain_is_still_shown():
    shown = picture(head(), np.zeros((12, 64, 64), dtype=np.uint8))
    assert shown.max() > 100
    assert not outlined(shown).any()


def test_a_picture_of_one_slice_has_no_side():
    volume = head(slices=1)
    assert picture(volume, np.ones((1, 64, 64), dtype=np.uint8)).shape == (HEIGHT, HEIGHT, 3)


def test_the_same_scan_gives_the_same_bytes(brain):
    assert montage(head(), brain) == montage(head(), brain)

"""Pictures become one-slice volumes in pseudo HU."""

import numpy as np
import pytest
from PIL import Image

from bleedmap.errors import ScanError
from bleedmap.volumes.picture import read_grey, read_picture_mask

GREY = np.linspace(0, 255, 48).astype(np.uint8).reshape(6, 8)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_grey_is_mapped_back_through_the_window_in_every_format(tmp_path, mode):
    path = tmp_path / "slice.png"
    if mode == "I;16":
        Image.fromarray(GREY.astype(np.uint16) * 257).save(path)
    else:
        Image.fromarray(GREY).convert(mode).save(path)
    volume = read_grey(path, (40, 80))
    np.testing.assert_array_equal(volume.hu[0], np.rint(GREY.astype(np.float32) / 255 * 80))
    assert volume.geometry.spacing == (1, 1, 1)
    assert not volume.geometry.in_mm


def test_transparent_pixels_are_black(tmp_path):
    Image.fromarray(np.full((4, 4, 4), (255, 255, 255, 0), dtype=np.uint8)).save(tmp_path / "slice.png")
    assert (read_grey(tmp_path / "slice.png", (40, 80)).hu == 0).all()


def test_a_mask_is_what_is_at_least_half_bright(tmp_path):
    Image.fromarray(np.array([[0, 1, 127, 128, 255]], dtype=np.uint8)).save(tmp_path / "mask.png")
    assert read_picture_mask(tmp_path / "mask.png").tolist() == [[0, 0, 0, 1, 1]]


@pytest.mark.parametrize(
    "picture",
    [
        np.array([[0, 1]], dtype=np.uint8),
        np.array([[0, 65535]], dtype=np.uint16),
        np.array([[False, True]]),
        np.array([[[0, 0, 0], [255, 0, 0]]], dtype=np.uint8),
        np.array([[[255, 255, 255, 0], [0, 0, 255, 255]]], dtype=np.uint8),
    ],
)
def test_a_mask_may_be_labels_bits_deep_or_in_colour(tmp_path, picture):
    Image.fromarray(picture).save(tmp_path / "mask.png")
    assert read_picture_mask(tmp_path / "mask.png").tolist() == [[0, 1]]


def test_an_empty_mask_stays_empty(tmp_path):
    Image.fromarray(np.zeros((3, 3), dtype=np.uint8)).save(tmp_path / "mask.png")
    assert not read_picture_mask(tmp_path / "mask.png").any()


@pytest.mark.parametrize("content", [b"", b"nothing", b"\x89PNG\r\n\x1a\n broken"])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "slice.png"
    path.write_bytes(content)
    with pytest.raises(ScanError) as refused:
        read_grey(path, (40, 80))
    assert refused.value.code == "not-a-picture"


def head(window):
    """Grey values of a brain of 31 HU with a ventricle of 8 in a skull, as a window shows it; 120 pixels a side."""
    level, width = window
    radius = np.hypot(*(np.indices((120, 120)) - 59.5))
    hu = np.select([radius < 8, radius < 46, radius < 52], [8, 31, 900], -1000)
    hu = hu + np.random.default_rng(0).normal(0, 2, hu.shape)
    return np.clip((hu - level) / width + 0.5, 0, 1)


def save(path, grey):
    Image.fromarray(np.rint(grey * 255).astype(np.uint8)).save(path)
    return path


@pytest.mark.parametrize("window", [(40, 80), (35, 60), (50, 150), (40, 380)])
def test_auto_gives_brain_the_hu_of_brain_in_every_window_and_says_which_that_is(tmp_path, window):
    volume = read_grey(save(tmp_path / "slice.png", head(window)), "auto")
    assert np.median(volume.hu[0, 20:40, 50:70]) == pytest.approx(31, abs=2)
    assert volume.window == pytest.approx(window, rel=0.25)
    assert volume.flags == ()


def test_auto_without_fluid_or_without_anything_says_that_it_guesses(tmp_path):
    grey = head((40, 80))
    grey[50:70, 50:70] = grey[30:50, 50:70]
    assert read_grey(save(tmp_path / "slice.png", grey), "auto").flags == ("window-guessed",)
    black = read_grey(save(tmp_path / "black.png", np.zeros((40, 40))), "auto")
    assert (black.flags, black.window) == (("window-unknown",), (40, 80))


def test_a_told_window_that_puts_brain_elsewhere_is_flagged(tmp_path):
    path = save(tmp_path / "slice.png", head((50, 150)))
    assert read_grey(path, (50, 150)).flags == ()
    assert read_grey(path, (80, 200)).flags == ("window-misfit",)
    assert read_grey(path, (50, 150)).window == (50, 150)


def test_a_jpeg_is_a_picture(tmp_path):
    volume = read_grey(save(tmp_path / "slice.jpg", head((40, 80))), (40, 80))
    assert np.median(volume.hu[0, 20:40, 50:70]) == pytest.approx(31, abs=2)
    Image.fromarray(np.full((8, 8), 128, np.uint8)).convert("CMYK").save(tmp_path / "print.jpg")
    assert (read_grey(tmp_path / "print.jpg", (40, 80)).hu == 40).all()


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_fewer_bits_in_sixteen_are_not_taken_for_darkness(tmp_path, bits):
    deep = np.linspace(0, 2**bits - 1, 48).astype(np.uint16).reshape(6, 8)
    Image.fromarray(deep).save(tmp_path / "slice.png")
    hu = read_grey(tmp_path / "slice.png", (40, 80)).hu[0]
    np.testing.assert_allclose(hu, np.linspace(0, 80, 48).reshape(6, 8), atol=1)


def test_a_transparent_colour_of_a_palette_is_black(tmp_path):
    picture = Image.fromarray(np.array([[0, 1]], dtype=np.uint8), mode="P")
    picture.putpalette([255, 255, 255, 128, 128, 128])
    picture.save(tmp_path / "slice.png", transparency=0)
    assert read_grey(tmp_path / "slice.png", (40, 80)).hu[0].tolist() == [[0, 40]]

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

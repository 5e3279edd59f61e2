"""Single slices as pictures: grey values of a window, told or estimated, without HU and without a pixel size."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from bleedmap.constants import BRAIN_LEVEL_HU, BRAIN_WIDTH_HU
from bleedmap.errors import ScanError
from bleedmap.volumes.budget import require_room
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.display_window import landmarks, window_of
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.hounsfield import clip_hu
from bleedmap.volumes.zip_member import InputFile, file_size, open_input

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
"""What the ending of a picture's name says it is; PIL would take any of forty."""
MOST_SIDE = 4096  # pixels, as of a slice in DICOM
PIXEL_BYTES = 40.0  # that a pixel takes on its way from colours to HU
Window = tuple[float, float] | Literal["auto"]

BRAIN_RANGE_HU = (20.0, 45.0)  # where a window that fits puts the commonest value of brain
_WHITES = (255, 1023, 4095, 65535)  # 8, 10 or 12 bits may lie in 16 as they are
_SIXTEEN_BIT = {"I", "I;16", "I;16B", "I;16L", "I;16N"}


def read_grey(file: InputFile, window: Window) -> CtVolume:
    """Read a picture as a volume of one slice in pseudo HU.

    Black becomes the lower and white the upper end of the window; a transparent pixel is black. The "mm" of the
    geometry are pixels.

    Args:
        file: grey, coloured, transparent, palette or 16-bit picture.
        window: (level, width) the grey values were made with, HU; or ``auto``: told from brain and fluid.

    Returns:
        The volume with its ``window``. Flags: ``window-misfit`` where the told window does not give brain the HU of
        brain; ``window-guessed`` where little brain or no fluid told it; ``window-unknown`` where nothing is grey, so
        that the usual brain window is taken.

    Raises:
        ScanError: ``not-a-picture``, ``too-large``, ``no-access``.
        ReadError: the file cannot be read now.
    """
    grey = _brightness(file)
    marks = landmarks(grey)
    flags: tuple[str, ...] = ()
    if window != "auto":
        level, width = window
        if (
            marks is not None
            and marks.sees_brain
            and not BRAIN_RANGE_HU[0] <= level + (marks.brain - 0.5) * width <= BRAIN_RANGE_HU[1]
        ):
            flags = ("window-misfit",)
    elif marks is None:
        level, width, flags = BRAIN_LEVEL_HU, BRAIN_WIDTH_HU, ("window-unknown",)
    else:
        level, width = (float(round(value)) for value in window_of(marks))
        flags = () if marks.sees_brain and marks.sees_fluid else ("window-guessed",)
    geometry = Geometry(
        origins=np.zeros((1, 3)), row_step=np.array([0.0, 1, 0]), column_step=np.array([1.0, 0, 0]), in_mm=False
    )
    return CtVolume(
        hu=clip_hu(level - width / 2 + grey * width)[None],
        geometry=geometry,
        slice_keys=(file.name,),
        flags=flags,
        intensity="picture",
        window=(level, width),
    )


def read_picture_mask(file: InputFile) -> NDArray[np.uint8]:
    """Read a drawn mask.

    Returns:
        (rows, columns) uint8, 1 where the picture is at least half as bright as at its brightest, which drops the
        fringe of a scaled mask; whatever the colour, and also where the mask holds 0 and 1.

    Raises:
        ScanError: ``not-a-picture``, ``too-large``, ``no-access``.
        ReadError: the file cannot be read now.
    """
    bright = _brightness(file)
    return np.asarray((bright > 0) & (bright >= bright.max(initial=0) / 2), dtype=np.uint8)


def require_picture(size: tuple[int, int]) -> None:
    """Refuse a picture, by its header, that is larger than a slice can be.

    Raises:
        ScanError: ``too-large``.
    """
    if max(size) > MOST_SIDE:
        raise _too_large()
    require_room(size, PIXEL_BYTES)


def _too_large() -> ScanError:
    return ScanError(
        "too-large",
        found=f"a picture of more than {MOST_SIDE} pixels a side",
        expected="a CT slice at the scanner's own size",
        remedy="export the slices at that size, or cut one slice a picture out of a sheet of them",
    )


@contextmanager
def _opened(file: IO[bytes], name: str) -> Iterator[Image.Image]:
    """A picture whose header is read; PIL's own bound on pixels only warns, and is higher."""
    own = FORMATS.get(PurePath(name).suffix.lower())
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            opened = Image.open(file, formats=[own] if own else list(FORMATS.values()))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _too_large() from None
    with opened as picture:
        yield picture


def _brightness(file: InputFile) -> NDArray[np.float32]:
    """(rows, columns) float32 in [0, 1], of the brightest colour."""
    try:
        require_room([file_size(file) or 0], 1)
        with open_input(file) as opened, _opened(opened, file.name) as picture:
            require_picture(picture.size)
            if picture.mode in _SIXTEEN_BIT:
                deep = np.asarray(picture, dtype=np.float32)
                return deep / np.float32(
                    next((white for white in _WHITES if deep.max(initial=0) <= white), _WHITES[-1])
                )
            colours = (picture.convert("RGB") if picture.mode == "CMYK" else picture).convert("RGBA")
            lit = Image.alpha_composite(Image.new("RGBA", colours.size, (0, 0, 0, 255)), colours)
            return np.asarray(np.asarray(lit)[..., :3].max(axis=2), dtype=np.float32) / np.float32(255)
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError):
        raise ScanError(
            "not-a-picture",
            found="a file that cannot be read as a picture",
            expected="PNG or JPEG, grey or coloured, 8 or 16 bits",
            remedy="save the slice again as PNG",
        ) from None

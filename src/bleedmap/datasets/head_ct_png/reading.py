"""Kaggle's "Head CT - hemorrhage": slices as pictures, read as ``png_slices`` does once they are found."""

from bleedmap.config.datasets import HeadCtPngSpec
from bleedmap.datasets.head_ct_png.listing import as_pictures
from bleedmap.datasets.png_slices import reading as png_slices
from bleedmap.datasets.sources import Source
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan


def read(spec: HeadCtPngSpec, source: Source) -> list[Scan | ScanError]:
    """One scan of one slice; without groups it is its own subject (see ``png_slices.read``)."""
    return png_slices.read(as_pictures(spec), source)

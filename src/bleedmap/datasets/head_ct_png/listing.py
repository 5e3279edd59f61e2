"""Kaggle's "Head CT - hemorrhage": where its pictures and tables lie; listed as ``png_slices`` does."""

from pathlib import Path

from bleedmap.config.datasets import HeadCtPngSpec, PngSlicesSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.png_slices import listing as png_slices
from bleedmap.datasets.png_slices.listing import pictures_in
from bleedmap.datasets.sources import Source
from bleedmap.errors import TableError

ABOUT = About(
    title="Head CT - hemorrhage, 200 slices as pictures",
    licence="not stated; check the terms at the source",
    source="https://www.kaggle.com/datasets/felipekitamura/head-ct-hemorrhage",
    layout="labels.csv and head_ct/head_ct/<NNN>.png",
    scans=200,
)
TABLE = "labels.csv"
ID_DIGITS = 3  # 007.png may be 7 in the table
PICTURES = ("head_ct/head_ct", "head_ct", ".")


def list_sources(spec: HeadCtPngSpec) -> list[Source]:
    """One source a row of the label table and one a picture without a row.

    Raises:
        TableError: no label table, no picture, or an unusable table.
    """
    return png_slices.list_sources(as_pictures(spec))


def as_pictures(spec: HeadCtPngSpec) -> PngSlicesSpec:
    """The set as ``png_slices`` is told of it; its tables lie some folders above the pictures."""
    top = next((folder for folder in _tops(spec.root) if (folder / TABLE).is_file()), None)
    if top is None:
        raise TableError(
            "no-table" if spec.root.is_dir() else "no-folder",
            found="no labels.csv where the data set keeps it",
            expected=ABOUT.layout,
            remedy="correct root, or unpack the data set there",
        )
    places = [top / place for place in PICTURES]
    root = next((place for place in places if pictures_in(place)), top)
    return PngSlicesSpec(
        root=root,
        labels=str(top / TABLE),
        id_digits=ID_DIGITS,
        groups=None if spec.groups is None else str(top / spec.groups),
        masks=None if spec.masks is None else str(top / spec.masks),
        window=spec.window,
        public_names=spec.public_names,
    )


def _tops(root: Path) -> list[Path]:
    """Folders that may hold the tables: the root, and the ones above it if it is the folder of the pictures."""
    above = [folder for folder in (root.parent, root.parent.parent) if root.name == "head_ct"]
    return [root, *above]

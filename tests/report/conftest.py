import numpy as np
import pandas as pd
import pytest

from bleedmap.report.spec import OverlaySpec, Row
from bleedmap.slices.store import ScanEntry, add_rows, slice_attributes, write_store
from bleedmap.splits.roles import Roles

SIZE = 32
# scan, slice, true pixels on a side (None: nobody has drawn), label
SHARDS = (
    [("a", 0, 0, 0), ("a", 1, 6, 1), ("a", 2, 8, 1), ("b", 0, 5, 1), ("b", 1, 0, 0)],
    [("c", 0, 0, 0), ("c", 1, 0, 0), ("c", 2, 0, 0), ("d", 0, 12, 1), ("e", 0, None, 1), ("e", 1, None, -1)],
)


def square(side):
    mask = np.zeros((SIZE, SIZE), bool)
    mask[10 : 10 + side, 10 : 10 + side] = True
    return mask


def write(path, attributes, **arrays):
    with write_store(path, attributes) as group:
        for name, values in arrays.items():
            channels = values.shape[1] if values.ndim == 4 else None
            add_rows(group, name, len(values), SIZE, values.dtype.name, channels=channels)[:] = values
    return path


@pytest.fixture(scope="session")
def rows():
    return (
        Row(name="plain", mask="hu", scored=("cv",)),
        Row(name="weak", classifier="net", saliency="cam", mask="crf", segmenter="unet", scored=("cv", "other")),
        Row(name="strong", mask="truth", segmenter="unet", scored=("cv",), supervised=True),
    )


@pytest.fixture(scope="session")
def detector():
    return Row(name="peaks", classifier="net", saliency="cam", detector="maxima", scored=("cv",))


@pytest.fixture
def spec(rows):
    return OverlaySpec(rows=rows, slices=3)


@pytest.fixture
def roles():
    return Roles(dict.fromkeys("abce", "test") | {"d": "train"})


@pytest.fixture
def stores(tmp_path):
    """Stores of two shards; the methods find nothing, half of the truth, and the truth.

    The working grid lies on rows 8 to 71 and columns 4 to 67 of the scans, two of their pixels to one of its own. On
    every slice a point lies in the first corner of the bleed, (10, 10) of the grid, and one of class edh elsewhere.
    """

    def files(name, kind="zarr.zip"):
        return [tmp_path / f"{name}{number}.{kind}" for number in range(len(SHARDS))]

    rng = np.random.default_rng(0)
    names = ("slices", "maps", "plain", "weak", "strong", "pseudo")
    for number, shard in enumerate(SHARDS):
        truth = np.array([square(side or 0) for *_, side, _ in shard])
        table = [[scan, scan, index, label, *[-1] * 5, side is not None] for scan, index, side, label in shard]
        entry = ScanEntry(
            box={"top": 8, "left": 4, "height": 2 * SIZE, "width": 2 * SIZE},
            labels=np.full(6, -1, np.int8),
            drawn_subtypes=True,
            intensity="hu",
            voxel_ml=None,
        )
        attributes = slice_attributes(table, SIZE, {scan: entry for scan, *_ in shard})
        hu = (rng.normal(35, 5, truth.shape) + 30 * truth).astype(np.int16)
        write(files("slices")[number], attributes, hu=hu, truth=truth.astype(np.uint8) * 4)
        any_and_edh = np.stack([rng.random(truth.shape), np.full(truth.shape, 0.25)], axis=1)
        write(files("maps")[number], {"classes": ["any", "edh"]}, maps=any_and_edh.astype(np.float16))
        half = truth & (np.arange(SIZE) < 14)
        for name, mask in (("plain", truth & False), ("weak", half), ("strong", truth), ("pseudo", half)):
            unknown = 255 * (np.arange(SIZE) > 30) if name == "pseudo" else 0
            write(files(name)[number], {}, labels=(mask * 4 + unknown).astype(np.uint8))
        points = [(scan, index, 28.5, 24.5, "any", 0.9) for scan, index, *_ in shard]
        points += [(scan, index, 8.5, 4.5, "edh", 0.8) for scan, index, *_ in shard]
        table = pd.DataFrame(points, columns=["scan", "slice", "row", "column", "class", "score"])
        table.to_csv(files("points", "csv")[number], index=False)
    return {name: files(name) for name in names} | {"points": files("points", "csv")}

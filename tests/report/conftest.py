import numpy as np
import pandas as pd
import pytest

from bleedmap.report.spec import OverlaySpec, Row
from bleedmap.slices.store import add_rows, write_store

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
            add_rows(group, name, len(values), SIZE, values.dtype.name)[:] = values
    return path


@pytest.fixture
def rows():
    return (
        Row(name="plain", classifier="none", saliency="none", mask="hu", segmenter="none", supervised=False),
        Row(name="weak", classifier="net", saliency="cam", mask="crf", segmenter="unet", supervised=False),
        Row(name="strong", classifier="none", saliency="none", mask="truth", segmenter="unet", supervised=True),
    )


@pytest.fixture
def spec(rows):
    return OverlaySpec(rows=rows, slices=3)


@pytest.fixture
def folds():
    return pd.DataFrame({"subject": list("abcd"), "part": [0, 0, 0, 1]})


@pytest.fixture
def stores(tmp_path):
    """Stores of two shards; the methods find nothing, half of the truth, and the truth."""

    def files(name):
        return [tmp_path / f"{name}{number}.zarr.zip" for number in range(len(SHARDS))]

    rng = np.random.default_rng(0)
    names = ("slices", "maps", "plain", "weak", "strong", "pseudo")
    for number, shard in enumerate(SHARDS):
        truth = np.array([square(side or 0) for *_, side, _ in shard])
        table = [[scan, scan, index, label, side is not None] for scan, index, side, label in shard]
        hu = (rng.normal(35, 5, truth.shape) + 30 * truth).astype(np.int16)
        attributes = {"rows": table, "size": SIZE, "boxes": {}}
        write(files("slices")[number], attributes, hu=hu, truth=truth.astype(np.uint8))
        write(files("maps")[number], {}, maps=rng.random(truth.shape).astype(np.float16))
        half = truth & (np.arange(SIZE) < 14)
        for name, mask in (("plain", truth & False), ("weak", half), ("strong", truth), ("pseudo", half)):
            write(files(name)[number], {}, labels=mask.astype(np.uint8))
    return {name: files(name) for name in names}

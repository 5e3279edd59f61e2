"""What several test folders share."""

import multiprocessing
import os
from functools import cache
from importlib import import_module
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import torch

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.slices.store import ScanEntry, add_rows, slice_attributes, write_store
from tests.bundles import make_run

torch.set_num_threads(1)
# how long an example takes is the machine's affair, and proves nothing
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

SIZE, SLICES = 32, 4


def pytest_collection_modifyitems(items):
    """Slow tests first, so that no worker is left with them."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real files that must not be committed; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("BLEEDMAP_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real data: set BLEEDMAP_REAL_DATA to the folder that holds dicom, head_ct and nifti")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _own_id_key(tmp_path_factory):
    """Hashed names come from a key of the tests, never from the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLEEDMAP_ID_KEY", str(tmp_path_factory.mktemp("key") / "id.key"))
        yield


def head(rng, blob):
    """A (32, 32) slice: skull, brain of 30 HU and perhaps a blob of 65 HU; with its brain mask and truth."""
    row, column = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    radius = np.hypot(row, column)
    brain = radius < 12
    hu = np.where(brain, 30, np.where(radius < 14, 1000, -1000)) + rng.integers(-2, 3, (SIZE, SIZE))
    truth = np.zeros((SIZE, SIZE), dtype=bool)
    if blob:
        top, left = rng.integers(9, 18, size=2)
        truth[top : top + 6, left : left + 6] = True
    hu[truth] = 65 + rng.integers(-2, 3, truth.sum())
    return hu, brain, truth


@pytest.fixture(scope="session")
def slice_store(tmp_path_factory) -> Path:
    """Slice store of scans s0 to s5, a subject p0 to p5 each, of four slices; 1 and 2 bleed (IPH), but none of s5."""
    rng = np.random.default_rng(0)
    bleeds = [scan < 5 and number in (1, 2) for scan in range(6) for number in range(SLICES)]
    subtypes = [[int(blob), int(blob), 0, 0, 0, 0] for blob in bleeds]
    rows = [
        [f"s{index // SLICES}", f"p{index // SLICES}", index % SLICES, *labels, True]
        for index, labels in enumerate(subtypes)
    ]
    box = {"top": 0, "left": 0, "height": SIZE, "width": SIZE}
    entries = {
        f"s{scan}": ScanEntry(
            box=box,
            labels=np.array([scan < 5, scan < 5, 0, 0, 0, 0], dtype=np.int8),
            drawn_subtypes=True,
            intensity="hu",
            voxel_ml=np.full(SLICES, 0.1),
        )
        for scan in range(6)
    }
    images = [np.stack(layer) for layer in zip(*(head(rng, blob) for blob in bleeds), strict=True)]
    path = tmp_path_factory.mktemp("slices") / "0.zarr.zip"
    with write_store(path, slice_attributes(rows, SIZE, entries)) as group:
        for name, dtype, image in zip(("hu", "brain", "truth"), ("int16", "uint8", "uint8"), images, strict=True):
            add_rows(group, name, len(rows), SIZE, dtype)[:] = image.astype(dtype)
    return path


@pytest.fixture(scope="session")
def split(tmp_path_factory) -> Path:
    """Split file for ``slice_store``, one fold: p0 and p1 are tested, p2 and p3 validate, p4 and p5 train."""
    path = tmp_path_factory.mktemp("split") / "cv.csv"
    roles = ("test", "test", "validation", "validation", "train", "train")
    path.write_text("subject,fold,role\n" + "".join(f"p{number},0,{role}\n" for number, role in enumerate(roles)))
    return path


@pytest.fixture(scope="session")
def classifier() -> SliceClassifier:
    """A small classifier with random weights whose logit maps are positive in some places and negative in others."""
    torch.manual_seed(3)
    return build_classifier(ClassifierSpec(backbone="test_resnet", stride=8)).eval()


@pytest.fixture(scope="session")
def processes():
    """Processes that begin with all imports done; one that a user starts takes seconds until it trains."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [
            "bleedmap.classifiers.backbone",
            "bleedmap.classifiers.train",
            "bleedmap.segmenters.train",
            "bleedmap.training.batch_norm",
            "bleedmap.training.outputs",
        ]
    )
    return context


@pytest.fixture(scope="session")
def miniature(tmp_path_factory):
    """Write the miniature of a public data set once; its folder must not be changed."""

    @cache
    def made(name):
        folder = tmp_path_factory.mktemp(name)
        import_module(f"tests.datasets.miniature_{name}").write(folder, seed=0)
        return folder

    return made


@pytest.fixture(scope="session")
def run_config(repository, tmp_path_factory):
    """The tiny config with networks of random weights in place for two folds, one value left to a search."""
    return make_run(repository, tmp_path_factory.mktemp("run"))

"""A stage that fails on one scan refuses that scan; the others of the shard, and later stages, go on without it."""

import json

import numpy as np
import pandas as pd
import pytest

from bleedmap.config.masks import ThresholdSpec
from bleedmap.config.slices import SliceSpec
from bleedmap.datasets.catalog import join_refused, join_scans
from bleedmap.datasets.ingest import REJECTED_COLUMNS
from bleedmap.errors import ScanError
from bleedmap.masks.map_inputs import MapInputs
from bleedmap.masks.mask_shard import mask_shard
from bleedmap.provenance.archive import write_archive
from bleedmap.provenance.tables import write_table
from bleedmap.saliency.map_store import map_attributes
from bleedmap.slices.refusals import REFUSED, Refusals, refused_in
from bleedmap.slices.store import SliceStore, Store, add_rows, write_store
from bleedmap.slices.training_set import TrainingSet
from bleedmap.slices.write_slices import write_slices
from bleedmap.splits.roles import read_roles
from bleedmap.volumes.budget import scan_budget
from bleedmap.volumes.ct_volume import CtVolume, Scan
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import to_bytes
from bleedmap.volumes.scan_archive import add_scan
from scripts.catalog import main as catalog
from tests.stand_in import StandIn

REASON = {"code": "out-of-memory", "found": "f", "expected": "e", "remedy": "r"}


@pytest.fixture
def shard(tmp_path):
    """Archives of two scans and their brains; ``long`` has more slices than fit a budget of 1 MB."""
    with write_archive(tmp_path / "volumes") as volumes, write_archive(tmp_path / "brain") as brains:
        for name, count in (("long", 120), ("short", 3)):
            geometry = Geometry.from_affine(np.diag([-1.0, -1.0, 1.0, 1.0]), count)
            hu = np.full((count, 8, 8), 30, dtype=np.int16)
            add_scan(volumes, Scan(name, f"p-{name}", CtVolume(hu, geometry), np.zeros(count, dtype=np.int8)))
            brains.add(f"{name}/brain.nii.gz", to_bytes(np.ones(hu.shape, np.uint8), geometry))
    return tmp_path


def test_a_scan_too_large_for_the_grid_has_no_slices_and_a_reason_and_the_others_stay(shard):
    with scan_budget(1):
        refused = write_slices(shard / "volumes", shard / "brain", SliceSpec(size=32), shard / "slices")
    with SliceStore(shard / "slices") as store:
        assert list(store.scans()) == [("short", slice(0, 3))]
        assert store.rows("hu", slice(None)).shape == (3, 32, 32)
        assert list(store.entries) == ["short"]
    assert list(refused.columns) == list(REJECTED_COLUMNS)
    assert refused[["scan", "code"]].to_numpy().tolist() == [["long", "too-large"]]


def test_a_scan_refused_after_its_ingestion_moves_from_the_table_of_scans_to_that_of_refusals(tmp_path):
    scans = pd.DataFrame({"scan": ["a", "b"], "subject": ["a", "b"], "flags": ["", "tilted"]})
    flags = pd.DataFrame({"scan": ["a", "b"], "brain_ml": [1.0, 2.0], "flags": ["", ""]})
    nothing = pd.DataFrame(columns=list(REJECTED_COLUMNS))
    refused = pd.DataFrame([{"scan": "a", **REASON}])
    for name, table in (("scans", scans), ("rejected", nothing), ("refused", refused), ("flags", flags)):
        write_table(table, tmp_path / name)
    files = {name: [tmp_path / name] for name in ("scans", "rejected", "refused", "flags")}
    catalog(**files, out_scans=tmp_path / "scans.csv", out_rejected=tmp_path / "rejected.csv")
    assert pd.read_csv(tmp_path / "scans.csv")[["scan", "flags"]].to_numpy().tolist() == [["b", "tilted"]]
    assert pd.read_csv(tmp_path / "rejected.csv")[["scan", "code"]].to_numpy().tolist() == [["a", "out-of-memory"]]
    assert join_scans(files["scans"], files["rejected"])["scan"].tolist() == ["a", "b"]
    assert join_refused(files["rejected"]).empty


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "out-of-memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "out-of-memory"),
        (IndexError("list index out of range /home/roe"), "stage-failed"),
        (ZeroDivisionError(), "stage-failed"),
        (np.linalg.LinAlgError("singular"), "stage-failed"),
        (ScanError("too-large", "f", "e", "r"), "too-large"),
    ],
)
def test_what_one_scan_brings_about_refuses_it_by_name(error, code, capsys):
    refusals = Refusals("to explain it")
    with refusals.catch("a"):
        raise error
    assert "a" in refusals
    assert refusals.table()["code"].tolist() == [code]
    assert refusals.left([("a", slice(0, 1)), ("b", slice(1, 2))]) == [("b", slice(1, 2))]
    assert "roe" not in json.dumps(refusals.attributes())
    assert code in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [OSError(28, "disk full"), RuntimeError("CUDA out of memory"), ScanError("needs-hu", "f", "e", "r"), TypeError()],
)
def test_what_concerns_every_scan_of_a_job_ends_it(error):
    with pytest.raises(type(error)), Refusals("to explain it").catch("a"):
        raise error


def test_a_scan_without_maps_has_masks_that_nobody_learns_from(slice_store, split, tmp_path):
    ones = np.ones((24, 1), dtype=np.float32)
    with write_store(tmp_path / "maps", map_attributes(["any"], ones * 0, ones, [])) as group:
        add_rows(group, "maps", 24, 32, "float16", channels=1)[:] = 1
        group.update_attributes({REFUSED: {"s4": REASON}})
    with SliceStore(slice_store) as store:
        scores = store.table[["scan", "subject", "slice"]].assign(label=store.table["any"], score=0.9)
    # s3 is one that could not be classified
    scores = scores[scores["scan"] != "s3"].assign(**{"class": "any"})
    inputs = MapInputs(tmp_path / "maps", StandIn(["any"]), scores, 0.5)
    mask_shard(ThresholdSpec(), slice_store, inputs, read_roles(split, 0), tmp_path / "masks")
    with Store(tmp_path / "masks") as store:
        labels = store.rows("labels", slice(None))
        assert sorted(refused_in(store)) == ["s3", "s4"]
    unknown = np.arange(24) // 4 >= 3
    assert (labels[12:20] == 255).all()
    assert not (labels[~unknown] == 255).any()
    with TrainingSet([slice_store], [tmp_path / "masks"]) as data:
        assert data.table["scan"].unique().tolist() == ["s0", "s1", "s2", "s5"]
        np.testing.assert_array_equal(data.masks(range(12, 16)), labels[20:24])

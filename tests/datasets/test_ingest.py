import zipfile
from contextlib import nullcontext
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.catalog import join_refused, join_scans, with_brain_flags
from bleedmap.datasets.folder.listing import list_sources
from bleedmap.datasets.folder.reading import read
from bleedmap.datasets.id_key import id_key
from bleedmap.datasets.ingest import REJECTED_COLUMNS, SCAN_COLUMNS, ingest
from bleedmap.datasets.sources import by_shard
from bleedmap.errors import ConfigError, TableError
from bleedmap.plan.data import DataPlan
from bleedmap.provenance.tables import write_table
from bleedmap.volumes.scan_archive import read_scan


@pytest.fixture
def spec(tmp_path, write_ct):
    """Scans ``a`` and ``b`` with labels, and ``c``, which is no CT."""
    for name in ("a", "b"):
        write_ct(tmp_path / "scans" / f"{name}.nii.gz")
    write_ct(tmp_path / "scans" / "c.nii.gz", np.zeros((3, 24, 20), dtype=np.int16))
    labels = tmp_path / "labels.csv"
    labels.write_text("scan,slice,hemorrhage\na,0,1\na,1,1\na,2,0\nb,0,0\n")
    return FolderSpec(root=tmp_path / "scans", labels=labels, public_names=True)


def ingested(spec, archive):
    return ingest(list_sources(spec), partial(read, spec), archive)


def test_tables_tell_what_was_read_and_what_was_refused(spec, tmp_path):
    scans, rejected, private = ingested(spec, tmp_path / "a.zip").tables()
    assert scans["scan"].tolist() == ["a", "b"]
    assert scans[["slices", "rows", "columns"]].iloc[0].tolist() == [3, 24, 20]
    assert scans[["slice_mm", "row_mm", "column_mm"]].iloc[0].tolist() == [5.0, 0.5, 0.5]
    assert scans["positive_slices"].tolist() == [2, 0]
    assert scans["labelled_slices"].tolist() == [3, 1]
    assert rejected[["scan", "code"]].to_numpy().tolist() == [["c", "not-hu"]]
    assert private["scan"].tolist() == ["a", "b", "c"]


def test_a_scan_comes_back_from_the_archive_as_it_was_read(spec, tmp_path):
    ingested(spec, tmp_path / "a.zip")
    (original,) = read(spec, list_sources(spec)[0])
    back = read_scan(tmp_path / "a.zip", "a")
    np.testing.assert_array_equal(back.volume.hu, original.volume.hu)
    np.testing.assert_array_equal(back.labels, original.labels)
    np.testing.assert_allclose(back.volume.geometry.origins, original.volume.geometry.origins)
    assert back.subject == original.subject


def test_the_same_sources_give_the_same_bytes(spec, tmp_path):
    for name in ("1.zip", "2.zip"):
        ingested(spec, tmp_path / name)
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_a_shard_whose_sources_are_all_refused_still_has_its_files(spec, tmp_path):
    only = [source for source in list_sources(spec) if source.id == "c"]
    result = ingest(only, partial(read, spec), tmp_path / "a.zip")
    scans, rejected, _ = result.tables()
    assert (len(scans), len(rejected)) == (0, 1)
    assert scans.columns.tolist() == list(SCAN_COLUMNS)
    assert rejected.columns.tolist() == list(REJECTED_COLUMNS)
    assert zipfile.ZipFile(tmp_path / "a.zip").namelist() == []


@pytest.mark.parametrize(("removed", "left"), [(["a.nii.gz"], 1), (["a.nii.gz", "b.nii.gz", "c.nii.gz"], 0)])
def test_a_scan_that_is_removed_during_a_run_is_refused(spec, tmp_path, repository, monkeypatch, removed, left):
    monkeypatch.syspath_prepend(str(repository))
    from scripts.ingest import main

    moved = FolderSpec(root=spec.root, public_names=True, shards=1)
    for name in removed:
        (spec.root / name).unlink()
    (spec.root / "d.zip").write_bytes(b"")  # a root without entries is refused as a whole
    places = [tmp_path / name for name in ("out.zip", "scans.csv", "rejected.csv", "private.csv")]
    main(moved.to_json(), 0, *places[:3], planned=4, private=places[3], scan_mb=2000)
    assert len(pd.read_csv(places[1])) == left
    refused = pd.read_csv(places[2], keep_default_na=False)
    assert refused["code"].tolist().count("gone") == len(removed)
    assert join_refused([places[2]])["code"].tolist().count("gone") == len(removed)


@pytest.fixture
def two_keys(tmp_path, monkeypatch):
    """Lets a node have a key of its own from then on."""

    def _two_keys():
        monkeypatch.setenv("BLEEDMAP_ID_KEY", str(tmp_path / "of the node"))
        id_key.cache_clear()

    yield _two_keys
    id_key.cache_clear()


@pytest.mark.parametrize("public", [True, False])
def test_a_job_with_another_key_than_the_plan_names_no_scan(spec, tmp_path, repository, monkeypatch, two_keys, public):
    monkeypatch.syspath_prepend(str(repository))
    from scripts.ingest import main

    ward = spec.model_copy(update={"public_names": public, "shards": 1})
    plan = SimpleNamespace(config=SimpleNamespace(datasets={"ward": ward}))
    mark = DataPlan(plan).key({"dataset": "ward"}).split()[1:]
    places = [tmp_path / name for name in ("out.zip", "scans.csv", "rejected.csv", "private.csv")]
    two_keys()
    with nullcontext() if public else pytest.raises(ConfigError, match="another-id-key"):
        main(ward.to_json(), 0, *places[:3], 3, places[3], 2000, None, *mark)
    assert [place.exists() for place in places] == [public] * 4


def test_a_shard_whose_only_scan_is_removed_says_so(spec, tmp_path, repository, monkeypatch):
    monkeypatch.syspath_prepend(str(repository))
    from scripts.ingest import main

    many = FolderSpec(root=spec.root, public_names=True, shards=64)
    empty = next(number for number in range(64) if number not in by_shard(list_sources(many), 64))
    places = [tmp_path / name for name in ("out.zip", "scans.csv", "rejected.csv", "private.csv")]
    main(many.to_json(), empty, *places[:3], planned=1, private=places[3], scan_mb=2000)
    assert pd.read_csv(places[2])["code"].tolist() == ["gone"]


def shards(spec, tmp_path, *groups):
    """Tables of shards that hold the sources named by each of ``groups``."""
    paths = []
    for number, names in enumerate(groups):
        result = ingest(
            [source for source in list_sources(spec) if source.id in names],
            partial(read, spec),
            tmp_path / f"{number}.zip",
        )
        good, bad, private = result.tables()
        write_table(good, tmp_path / f"{number}.scans.csv")
        write_table(bad, tmp_path / f"{number}.rejected.csv")
        write_table(private, tmp_path / f"{number}.private.csv", private=True)
        paths.append((tmp_path / f"{number}.scans.csv", tmp_path / f"{number}.rejected.csv"))
    return [list(kind) for kind in zip(*paths, strict=True)]


def test_the_catalog_joins_shards_whatever_their_number(spec, tmp_path):
    for name, groups in (("one", ["abc"]), ("many", ["b", "c", "a"])):
        scans, rejected = shards(spec, tmp_path, *groups)
        good, bad = join_scans(scans, rejected), join_refused(rejected)
        write_table(good, tmp_path / f"{name}.scans.csv")
        write_table(bad, tmp_path / f"{name}.rejected.csv")
    for kind in ("scans", "rejected"):
        assert (tmp_path / f"one.{kind}.csv").read_bytes() == (tmp_path / f"many.{kind}.csv").read_bytes()


def test_a_name_of_digits_keeps_its_zeros(tmp_path, write_ct):
    write_ct(tmp_path / "scans" / "007.nii.gz")
    good = join_scans(*shards(FolderSpec(root=tmp_path / "scans", public_names=True), tmp_path, ["007"]))
    assert good[["scan", "subject"]].to_numpy().tolist() == [["007", "007"]]


def test_a_data_set_without_one_usable_scan_says_why(spec, tmp_path):
    with pytest.raises(TableError, match=r"no usable scan among 1 \(not-hu\)") as caught:
        join_scans(*shards(spec, tmp_path, "c"))
    assert caught.value.code == "nothing-usable"


def test_the_way_back_to_the_files_is_for_the_user_alone(spec, tmp_path):
    shards(spec, tmp_path, "ab")
    assert (tmp_path / "0.private.csv").stat().st_mode & 0o777 == 0o600


def test_flags_of_the_brain_stand_beside_those_of_the_ingestion(tmp_path):
    scans = pd.DataFrame({"scan": ["a", "b", "c"], "flags": ["", "tilted", "tilted"]})
    flags = pd.DataFrame(
        {"scan": ["c", "a", "b"], "brain_ml": [3.0, 1.0, 2.0], "flags": ["brain-small", "no-brain", ""]}
    )
    write_table(flags, tmp_path / "flags.csv")
    both = with_brain_flags(scans, [tmp_path / "flags.csv"])
    assert both["flags"].tolist() == ["no-brain", "tilted", "tilted brain-small"]
    assert both["brain_ml"].tolist() == [1.0, 2.0, 3.0]

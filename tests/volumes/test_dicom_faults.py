"""Faulty DICOM ends in a named refusal or a flag, and the scans beside it are as they are alone."""

import os
import shutil
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import RLELossless

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.folder import listing, reading
from bleedmap.datasets.ingest import ingest
from bleedmap.provenance.archive import members, read_member
from bleedmap.provenance.tables import write_table
from bleedmap.volumes.dicom.study import read_study

from .conftest import head_hu, write_enhanced, write_series
from .dicom_faults import FAULTS

GOOD = ("good-first", "yet-another-good-one")


def ingested(root, archive, *, public=True):
    spec = FolderSpec(root=root, public_names=public)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning of a library may quote what it read
        result = ingest(listing.list_sources(spec), lambda source: reading.read(spec, source), archive)
    for table, name in zip(result.tables(), ("scans", "rejected", "private"), strict=True):
        write_table(table, archive.with_name(f"{name}.csv"))
    return result


def write_good(root):
    for seed, name in enumerate(GOOD):
        write_series(root / name, head_hu(5, seed=seed), uid=f"1.2.8.{seed}")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    top = tmp_path_factory.mktemp("faults")
    write_good(top / "data")
    for name, fault in FAULTS.items():
        (top / "data" / name).mkdir()
        fault.write(top / "data" / name)
    return ingested(top / "data", top / "all.zip"), top


def test_there_are_enough_faults():
    assert len(FAULTS) >= 35


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused_with_its_code_or_kept_with_its_flags(corpus, name):
    result, _ = corpus
    codes = {row["code"] for row in result.rejected if row["scan"] == name}
    scans = [row for row in result.scans if row["scan"] == name]
    assert codes == FAULTS[name].codes
    assert {frozenset(row["flags"].split()) for row in scans} == (
        set() if FAULTS[name].flags is None else {FAULTS[name].flags}
    )
    assert codes or any(row["flags"] for row in scans)


def test_every_scan_comes_from_a_folder_of_the_corpus(corpus):
    kept = {name for name, fault in FAULTS.items() if fault.flags is not None}
    assert {row["scan"] for row in corpus[0].scans} == {*GOOD, *kept}


def test_good_scans_beside_faulty_ones_are_what_they_are_alone(corpus, tmp_path):
    result, top = corpus
    write_good(tmp_path / "data")
    alone = ingested(tmp_path / "data", tmp_path / "alone.zip")
    assert alone.rejected == []
    assert [row for row in result.scans if row["scan"] in GOOD] == alone.scans
    assert len(alone.scans) == len(GOOD)
    for member in members(tmp_path / "alone.zip"):
        assert read_member(top / "all.zip", member) == read_member(tmp_path / "alone.zip", member)


def test_nothing_private_is_told_of_faults(corpus):
    _, top = corpus
    told = (top / "rejected.csv").read_text()
    for private in ("secret", str(top), "1.2.3", ".dcm"):
        assert private not in told


@pytest.mark.parametrize(
    "name",
    [
        b"x..%2f..%2fslice",
        b"x\\..\\..\\slice",
        b"new\nline,comma",
        b"n" * 255,
        b"\xff\xfe not utf-8",
        b"CON",
        b"-rf",
        b"$(touch hacked)",
    ],
)
@pytest.mark.parametrize("public", [True, False])
def test_hostile_names_do_not_matter(tmp_path, name, public):
    hostile = os.fsdecode(name)
    files = write_series(tmp_path / "plain", head_hu(5), uid="1.2.8")
    (tmp_path / "data" / hostile).mkdir(parents=True)
    for file, other in zip(files, [hostile, "1", "2", "3", "4"], strict=True):
        shutil.copy(file, tmp_path / "data" / hostile / other)
    result = ingested(tmp_path / "data", tmp_path / "all.zip", public=public)
    assert result.rejected == []
    assert [row["slices"] for row in result.scans] == [5]
    assert not Path("hacked").exists()


@pytest.mark.filterwarnings("ignore:.*VR")
def test_hostile_ids_do_not_matter(tmp_path):
    uid = "../../" + "9" * 500 + "/x\\y"
    write_series(tmp_path / "data" / "a", head_hu(5), uid=uid, PatientID="../../p\n" * 20)
    result = ingested(tmp_path / "data", tmp_path / "all.zip")
    assert [row["flags"] for row in result.scans] == [""]
    assert "9999" not in (tmp_path / "scans.csv").read_text()


def mutated(sound, rng):
    """A file with up to four bytes changed, or cut short; and the first byte that changed."""
    if rng.random() < 0.2:
        place = int(rng.integers(len(sound)))
        return sound[:place], place
    damaged = np.frombuffer(sound, np.uint8).copy()
    places = rng.integers(len(sound), size=rng.integers(1, 5))
    damaged[places] = rng.integers(256, size=len(places))
    return damaged.tobytes(), int(places.min())


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "count"), [("plain", 1500), ("compressed", 250)])
def test_damaged_bytes_end_in_a_refusal_a_flag_or_change_the_pixels_of_their_own_slice_alone(tmp_path, kind, count):
    files = write_series(tmp_path, head_hu(), uid="1.2.8.44")
    if kind == "compressed":
        data = pydicom.dcmread(files[1])
        data.compress(RLELossless)
        data.save_as(files[1])
    whole = read_study(files)[0][0].volume
    sound = files[1].read_bytes()
    pixels_from = sound.index(b"\x28\x00\x02\x00US")  # the first byte that says how pixels are stored
    rng = np.random.default_rng(20)
    for _ in range(count):
        damaged, place = mutated(sound, rng)
        files[1].write_bytes(damaged)
        found, faults = read_study(files)
        assert not any("secret" in str(fault) or "1.2.8" in str(fault) for fault in faults)
        intact = [plane for index, plane in enumerate(whole.hu) if index != 1]
        read = [plane for series in found for plane in series.volume.hu]
        if faults or not found or any(series.volume.flags for series in found):
            assert faults or all("unreadable-slices" not in series.volume.flags for series in found)
            changed = [plane for plane in read if not any(np.array_equal(plane, other) for other in intact)]
            assert len(changed) <= 1
            continue
        assert len(found) == 1
        volume = found[0].volume
        np.testing.assert_array_equal(volume.hu[[0, 2, 3]], intact)
        np.testing.assert_allclose(volume.geometry.origins, whole.geometry.origins, atol=0.11)
        np.testing.assert_allclose(volume.geometry.row_step, whole.geometry.row_step, atol=2e-3)
        if place < pixels_from and damaged[pixels_from:] == sound[pixels_from:]:
            np.testing.assert_array_equal(volume.hu[1], whole.hu[1])


@pytest.mark.slow
def test_damaged_bytes_of_an_enhanced_file_end_in_a_named_refusal_or_a_volume(tmp_path):
    path = write_enhanced(tmp_path / "all.dcm", head_hu(), heights=[0, 5, 10, 15])
    sound = path.read_bytes()
    rng = np.random.default_rng(21)
    for _ in range(250):
        path.write_bytes(mutated(sound, rng)[0])
        found, faults = read_study([path])
        assert found or faults
        assert sum(len(series.volume.hu) for series in found) == 4 or faults or found[0].volume.flags

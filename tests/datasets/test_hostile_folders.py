"""Only plain files are opened, each folder is read once, and what cannot be read now is read at the next start."""

import os
import signal
import subprocess
from functools import partial
from pathlib import Path

import pytest
import yaml
from PIL import Image

from bleedmap.config.datasets import FolderSpec, PngSlicesSpec
from bleedmap.datasets import listing, reading
from bleedmap.datasets.check import check_data
from bleedmap.datasets.folder.listing import list_sources
from bleedmap.datasets.ingest import ingest
from bleedmap.datasets.tables import read_rows
from bleedmap.errors import TableError
from bleedmap.plan.core import Plan
from bleedmap.plan.data import DataPlan
from scripts.ingest import main as ingest_shard

UNREADABLE = Path("/proc/self/mem")  # a plain file, to root as to others, whose first byte is an EIO


@pytest.fixture(autouse=True)
def _ends():
    """What would wait without end fails."""
    signal.signal(signal.SIGALRM, lambda number, frame: pytest.fail("waited without end"))
    signal.alarm(60)
    yield
    signal.alarm(0)


def spec_of(root, **settings):
    return FolderSpec(root=root, public_names=True, **settings)


def outcome(spec, archive):
    """Scans, and codes of what was refused, by source."""
    result = ingest(listing(spec).list_sources(spec), partial(reading(spec).read, spec), archive)
    return [row["scan"] for row in result.scans], {row["scan"]: row["code"] for row in result.rejected}


@pytest.fixture
def root(tmp_path, write_ct, write_dicom):
    """A NIfTI scan ``one`` and a DICOM study ``two``."""
    write_ct(tmp_path / "scans" / "one.nii.gz")
    write_dicom(tmp_path / "scans" / "two")
    return tmp_path / "scans"


PLANTS = {
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "nowhere": lambda path: path.symlink_to("gone"),
    "loop": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("kind", PLANTS)
def test_what_is_no_plain_file_costs_its_scan_alone(root, tmp_path, kind):
    for name in ("three.zip", "four.nii.gz", "five.nii"):
        PLANTS[kind](root / name)
    PLANTS[kind](root / "two" / "slice.dcm")
    scans, codes = outcome(spec_of(root), tmp_path / "a.zip")
    assert scans == ["one", "two"]
    assert codes == dict.fromkeys(("two", "three", "four", "five"), "no-access")


@pytest.mark.parametrize("kind", PLANTS)
def test_a_picture_or_mask_that_is_no_plain_file_costs_its_slice_alone(tmp_path, kind, write_picture):
    for name in ("a", "b"):
        write_picture(tmp_path / "pictures" / f"{name}.png")
    PLANTS[kind](tmp_path / "pictures" / "c.png")
    (tmp_path / "pictures" / "masks").mkdir()
    PLANTS[kind](tmp_path / "pictures" / "masks" / "b.png")
    (tmp_path / "pictures" / "labels.csv").write_text("id,hemorrhage\na,0\nb,1\nc,1\n")
    spec = PngSlicesSpec(root=tmp_path / "pictures", masks="masks", public_names=True)
    assert outcome(spec, tmp_path / "a.zip") == (["a"], {"b": "no-access", "c": "no-access"})


def test_a_mask_that_is_no_plain_file_is_not_taken_for_none(root, tmp_path):
    (tmp_path / "masks").mkdir()
    os.mkfifo(tmp_path / "masks" / "one.nii.gz")
    assert outcome(spec_of(root, masks=tmp_path / "masks"), tmp_path / "a.zip") == (["two"], {"one": "no-access"})


@pytest.mark.parametrize("kind", PLANTS)
def test_a_table_that_is_no_plain_file_is_one_sentence(tmp_path, kind):
    PLANTS[kind](tmp_path / "labels.csv")
    with pytest.raises(TableError):
        read_rows(tmp_path / "labels.csv", ["scan"])


def test_a_table_of_gigabytes_is_refused_by_its_size(tmp_path):
    with (tmp_path / "labels.csv").open("w") as file:
        file.write("scan,hemorrhage\n")
        file.truncate(5 * 2**30)
    with pytest.raises(TableError) as caught:
        read_rows(tmp_path / "labels.csv", ["scan"])
    assert caught.value.code == "too-large"


@pytest.mark.parametrize("target", [".", "..", "two", "one.nii.gz", "two/../../scans"])
def test_a_link_to_what_is_read_already_gives_no_second_scan(root, tmp_path, target):
    (root / ("again.nii.gz" if target.endswith("gz") else "again")).symlink_to(target)
    scans, codes = outcome(spec_of(root), tmp_path / "a.archive")
    assert (scans, codes) == (["one", "two"], {"again": "same-folder"})


def test_a_list_gives_each_folder_once(root, tmp_path):
    (tmp_path / "also").symlink_to(root / "two")
    (tmp_path / "list.txt").write_text("scans/one.nii.gz\nscans/two\nalso\n./scans/../scans/two\n")
    scans, codes = outcome(spec_of(tmp_path / "list.txt"), tmp_path / "a.archive")
    assert sorted(scans) == ["one", "two"]
    assert codes == {"also": "same-folder", "two": "same-folder"}


def test_a_link_to_a_study_elsewhere_is_read(root, tmp_path, write_dicom):
    write_dicom(tmp_path / "disk" / "three", index=4)
    (root / "three").symlink_to(tmp_path / "disk" / "three")
    assert outcome(spec_of(root), tmp_path / "a.archive") == (["one", "three", "two"], {})


@pytest.fixture
def deep(root):
    """1,200 folders within each other; pytest itself cannot remove so many."""
    deep = root / "deep"
    deep.mkdir()
    place = os.open(deep, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    yield deep
    subprocess.run(["rm", "-rf", deep], check=True)


@pytest.mark.usefixtures("deep")
def test_folders_within_folders_without_end_cost_their_study_alone(root, tmp_path):
    assert outcome(spec_of(root), tmp_path / "a.archive") == (["one", "two"], {"deep": "too-deep"})


@pytest.fixture
def failing(root, tmp_path):
    """Scans of which some files cannot be read now, and how to mend them."""
    if not UNREADABLE.exists():
        pytest.skip("no file here whose reading fails")
    whole = {root / "one.nii.gz": None, root / "two" / "01.dcm": None}
    for path in whole:
        whole[path] = path.read_bytes()
        path.unlink()
        path.symlink_to(UNREADABLE)

    def mend():
        for path, content in whole.items():
            path.unlink()
            path.write_bytes(content)

    return mend


def test_a_file_that_cannot_be_read_now_costs_its_scan_and_is_told_as_such(root, tmp_path, failing, write_ct):
    write_ct(root / "three.nii")
    result = ingest(list_sources(spec_of(root)), partial(reading(spec_of(root)).read, spec_of(root)), tmp_path / "a")
    assert [row["scan"] for row in result.scans] == ["three"]
    assert {row["scan"]: row["code"] for row in result.rejected} == dict.fromkeys(("one", "two"), "not-read-now")
    assert "start the run again" in result.rejected[0]["remedy"]
    assert {found.fault.code for found in check_data(spec_of(root)) if found.scan in ("one", "two")} == {"not-read-now"}


def test_a_picture_that_cannot_be_read_now_is_no_broken_picture(tmp_path):
    if not UNREADABLE.exists():
        pytest.skip("no file here whose reading fails")
    Image.new("L", (16, 16)).save(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to(UNREADABLE)
    (tmp_path / "labels.csv").write_text("id,hemorrhage\na,0\nb,0\n")
    spec = PngSlicesSpec(root=tmp_path, public_names=True)
    assert outcome(spec, tmp_path / "a.archive") == (["a"], {"b": "not-read-now"})


@pytest.mark.parametrize(("name", "code"), [("one.nii.gz", "no-scan"), ("two/00.dcm", "not-read-now")])
def test_a_file_that_goes_between_listing_and_reading_is_not_called_damaged(root, tmp_path, name, code):
    spec = spec_of(root)
    sources = list_sources(spec)
    (root / name).unlink()
    result = ingest(sources, partial(reading(spec).read, spec), tmp_path / "a.archive")
    assert [row["code"] for row in result.rejected] == [code]


def test_a_shard_with_what_could_not_be_read_is_read_again_until_all_can_be_and_then_no_more(
    root, tmp_path, failing, repository
):
    config = yaml.safe_load((repository / "config" / "config.yaml").read_text())
    config["datasets"] = {"phantom": {"adapter": "folder", "root": str(root), "shards": 1, "public_names": True}}
    config["results"] = str(tmp_path / "results")
    names = {"dataset": "phantom", "shard": "0"}

    def planned():
        return DataPlan(Plan.of(config, repository)).members(names)

    def run():
        plan = DataPlan(Plan.of(config, repository))
        folder = tmp_path / "results" / "phantom"
        asked = plan.members(names)
        volumes = folder / "volumes"
        ingest_shard(
            spec=plan.dataset_spec(names),
            shard=0,
            planned=2,
            out=volumes / "0.zip",
            scans=volumes / "0.scans.csv",
            rejected=volumes / "0.rejected.csv",
            private=folder / "private" / "0.csv",
            scan_mb=2000,
        )
        assert plan.members(names) == asked
        return (volumes / "0.rejected.csv").read_text(), asked

    first, asked = run()
    assert first.count("not-read-now") == 2
    assert planned() != asked
    second, asked = run()
    assert second == first
    assert planned() != asked
    before = planned()
    failing()
    assert planned() != asked
    third, asked = run()
    assert "not-read-now" not in third
    assert planned() == asked != before
    assert run() == (third, asked)
    assert planned() == asked

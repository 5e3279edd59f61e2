"""A folder data set may be a folder, a zip or a list, and its files may have any name and nesting."""

import zipfile
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.folder.listing import list_sources
from bleedmap.datasets.folder.reading import read
from bleedmap.datasets.ingest import ingest
from bleedmap.errors import ScanError, TableError


def spec_of(root, **settings):
    return FolderSpec(root=root, public_names=True, **settings)


def archived(spec, archive):
    """Scans, codes by scan, and the bytes of the archive."""
    sources = sorted(list_sources(spec), key=lambda source: source.id)
    result = ingest(sources, partial(read, spec), archive)
    codes = {row["scan"]: row["code"] for row in result.rejected}
    return [row["scan"] for row in result.scans], codes, archive.read_bytes()


def pack(folder, archive, top=""):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*")):
            packed.write(file, f"{top}{file.relative_to(folder)}")


@pytest.fixture
def root(tmp_path, write_ct, write_dicom):
    """A NIfTI scan ``one``, a DICOM study ``two`` and a zipped DICOM study ``three``."""
    write_ct(tmp_path / "scans" / "one.nii.gz")
    write_dicom(tmp_path / "scans" / "two" / "series")
    write_dicom(tmp_path / "three", index=4)
    pack(tmp_path / "three", tmp_path / "scans" / "three.zip")
    return tmp_path / "scans"


def test_a_folder_a_zip_and_a_list_give_the_same_bytes(root, tmp_path):
    scans, codes, data = archived(spec_of(root), tmp_path / "folder.archive")
    assert (scans, codes) == (["one", "three", "two"], {})
    (tmp_path / "list.txt").write_text(f"# scans\nscans/one.nii.gz\n\n{root / 'three.zip'}\n scans/two \n")
    assert archived(spec_of(tmp_path / "list.txt"), tmp_path / "list.archive") == (scans, codes, data)
    (root / "three.zip").unlink()
    (tmp_path / "three").rename(root / "three")
    pack(root, tmp_path / "all.zip")
    scans, _, packed = archived(spec_of(tmp_path / "all.zip"), tmp_path / "zip.archive")
    assert sorted(scans) == ["one", "three", "two"]
    assert packed == archived(spec_of(root), tmp_path / "unpacked.archive")[2]


def test_labels_and_masks_find_their_scan_in_a_zip(root, tmp_path, write_ct):
    pack(root, tmp_path / "all.zip")
    (tmp_path / "labels.csv").write_text("scan,slice,hemorrhage\none,0,1\ntwo,01.dcm,1\n")
    mask = np.zeros((3, 24, 20), dtype=np.uint8)
    mask[0, 8, 8] = 1
    write_ct(tmp_path / "masks" / "one.nii.gz", mask)
    spec = spec_of(tmp_path / "all.zip", labels=tmp_path / "labels.csv", masks=tmp_path / "masks")
    scans = {scan.id: scan for source in list_sources(spec) if source.id != "three" for scan in read(spec, source)}
    assert scans["one"].labels.tolist() == [1, 0, 0]
    assert scans["two"].labels.tolist() == [-1, 1, -1]


def test_loose_slices_in_the_root_are_one_more_scan(root, tmp_path, write_dicom):
    write_dicom(root, index=2)
    for name in ("labels.csv", "notes.txt", "DICOMDIR"):
        (root / name).write_text("no image")
    scans, codes, _ = archived(spec_of(root), tmp_path / "a.archive")
    assert (scans, codes) == (["one", "scans", "three", "two"], {})
    pack(root, tmp_path / "scans.zip")
    assert "scans" in {source.name for source in list_sources(spec_of(tmp_path / "scans.zip"))}


def test_masks_within_the_root_are_no_scan(root, write_ct):
    write_ct(root / "masks" / "one.nii.gz", np.zeros((3, 24, 20), dtype=np.uint8))
    assert [source.name for source in list_sources(spec_of(root, masks=root / "masks"))] == ["one", "three", "two"]


def test_what_a_list_names_but_is_not_there_is_refused_without_its_name(root, tmp_path):
    (tmp_path / "list.txt").write_text("scans/one.nii.gz\nroe-jane\n" + "x" * 5000 + "\n")
    spec = FolderSpec(root=tmp_path / "list.txt")
    result = ingest(list_sources(spec), partial(read, spec), tmp_path / "a.archive")
    assert len(result.scans) == 1
    assert [row["code"] for row in result.rejected] == ["no-scan", "no-scan"]
    assert "roe" not in str(result.rejected)
    assert str(tmp_path) not in str(result.rejected)


def test_a_damaged_zip_costs_its_scan_alone(root, tmp_path):
    (root / "three.zip").write_bytes((root / "three.zip").read_bytes()[:-40])
    scans, codes, _ = archived(spec_of(root), tmp_path / "a.archive")
    assert (scans, codes) == (["one", "two"], {"three": "unreadable-archive"})


def test_several_nifti_files_in_one_entry_are_refused(root, tmp_path, write_ct):
    write_ct(root / "four" / "a.nii.gz")
    write_ct(root / "four" / "b.nii")
    assert archived(spec_of(root), tmp_path / "a.archive")[1] == {"four": "many-volumes"}


def test_a_nifti_in_a_folder_or_zip_of_its_own_is_read(root, tmp_path, write_ct):
    write_ct(root / "four" / "a.nii.gz")
    write_ct(tmp_path / "five" / "b.nii")
    pack(tmp_path / "five", root / "five.zip", top="deep/er/")
    assert archived(spec_of(root), tmp_path / "a.archive")[0] == ["five", "four", "one", "three", "two"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("scans.zip", b"no zip", "unreadable-archive"),
        ("scans.txt", b"\xff\xfe\x00", "unreadable-list"),
        ("scans.txt", b"# nothing\n", "empty-folder"),
        ("scans.csv", b"a\n", "no-folder"),
    ],
)
def test_an_unusable_root_is_one_sentence(tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError) as caught:
        list_sources(spec_of(tmp_path / name))
    assert caught.value.code == code
    assert str(tmp_path) not in str(caught.value)


def test_listing_opens_no_scan(root):
    for file in root.rglob("*"):
        if file.is_file():
            file.chmod(0)
    assert len(list_sources(spec_of(root))) == 3


def test_hostile_names_in_a_zip_stay_inside(tmp_path, write_dicom):
    write_dicom(tmp_path / "two")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        for number, file in enumerate(sorted((tmp_path / "two").iterdir())):
            packed.write(file, ("../../{}", "/etc/{}", "C:\\{};rm -rf.dcm")[number].format(number))
    scans, codes, _ = archived(spec_of(tmp_path / "all.zip"), tmp_path / "a.archive")
    assert (scans, codes) == ([], {"etc": "single-slice", "C": "single-slice"})
    assert {file.name for file in tmp_path.iterdir()} == {"two", "all.zip", "a.archive"}


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """Where layouts of one study are made, and the archive they all must give."""
    return tmp_path_factory.mktemp("layouts")


@given(
    order=st.permutations(range(7)),
    folders=st.lists(st.sampled_from(["", "a/", "a/b/", "Ünïcode name/", "1.2.840.5/"]), min_size=7, max_size=7),
    ending=st.sampled_from(["", ".dcm", ".IMA"]),
    zipped=st.booleans(),
)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_names_nesting_and_order_of_files_do_not_matter(placed, write_dicom, order, folders, ending, zipped):
    plain = placed / "plain" / "study"
    if not plain.exists():
        write_dicom(plain, index=1)
        write_dicom(plain, index=2, prefix="more-", slices=4)
    expected = archived(spec_of(plain.parent), placed / "expected.archive")
    assert expected[0] == ["study-1", "study-2"]

    trial = len(list(placed.iterdir()))
    root = placed / f"layout-{trial}"
    for file, number, folder in zip(sorted(plain.iterdir()), order, folders, strict=True):
        place = root / "study" / f"{folder}{number}{ending}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.read_bytes())
    if zipped:
        pack(root, root.with_suffix(".zip"))
        root = root.with_suffix(".zip")
    assert archived(spec_of(root), placed / "found.archive") == expected


def test_a_source_that_vanished_since_it_was_listed_is_refused(root):
    spec = spec_of(root)
    sources = {source.name: source for source in list_sources(spec)}
    (root / "one.nii.gz").unlink()
    (root / "three.zip").unlink()
    for name in ("one", "three"):
        with pytest.raises(ScanError):
            read(spec, sources[name])

from functools import partial

import numpy as np
import pytest

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.folder.listing import list_sources
from bleedmap.datasets.folder.reading import read
from bleedmap.datasets.ingest import ingest
from bleedmap.datasets.sources import by_shard, stamps
from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.nifti import write_nifti
from bleedmap.volumes.scan_archive import read_scan, scan_ids


@pytest.fixture
def root(tmp_path, write_ct, write_dicom):
    """A NIfTI scan ``one`` and a DICOM scan ``two``."""
    write_ct(tmp_path / "scans" / "one.nii.gz")
    write_dicom(tmp_path / "scans" / "two")
    return tmp_path / "scans"


def spec_of(root, labels=None, **settings):
    if labels is not None:
        settings["labels"] = root.parent / "labels.csv"
        settings["labels"].write_text("scan,slice,hemorrhage\n" + labels)
    return FolderSpec(root=root, **{"public_names": True, **settings})


def read_all(spec):
    return {scan.id: scan for source in list_sources(spec) for scan in read(spec, source)}


def read_all_scans(spec):
    """As ``read_all``, faults left out."""
    found = [part for source in list_sources(spec) for part in read(spec, source)]
    return {scan.id: scan for scan in found if not isinstance(scan, ScanError)}


def refusals(spec, archive):
    """Names of the scans that were read, and code of each refused source."""
    result = ingest(list_sources(spec), partial(read, spec), archive)
    assert scan_ids(archive) == sorted(str(scan["scan"]) for scan in result.scans)
    return scan_ids(archive), {row["scan"]: row["code"] for row in result.rejected}


def test_labels_are_joined_by_index_file_name_and_uid(root, write_dicom):
    uids = write_dicom(root / "two")
    scans = read_all(spec_of(root, f"one,2,1\ntwo,00.dcm,0\ntwo,{uids[1]},1\n"))
    assert scans["one"].labels.tolist() == [-1, -1, 1]
    assert scans["two"].labels.tolist() == [0, 1, -1]


def test_without_a_table_no_label_is_known(root):
    assert {tuple(scan.labels) for scan in read_all(spec_of(root)).values()} == {(-1, -1, -1)}


def test_voxel_truth_is_read_where_it_is_drawn(root, tmp_path, write_ct):
    truth = np.zeros((3, 24, 20), dtype=np.uint8)
    truth[1, 5:9, 5:9] = 3
    write_ct(tmp_path / "masks" / "one.nii.gz", truth)
    for values, expected in (("subtypes", truth), ("binary", truth > 0)):
        scans = read_all(spec_of(root, masks=tmp_path / "masks", mask_values=values))
        np.testing.assert_array_equal(scans["one"].truth, expected)
        assert scans["two"].truth is None


def test_labels_follow_from_voxel_truth_where_nobody_gave_any(root, tmp_path, write_ct):
    truth = np.zeros((3, 24, 20), dtype=np.uint8)
    truth[1:, 5:9, 5:9] = 3
    write_ct(tmp_path / "masks" / "one.nii.gz", truth)
    scan = read_all(spec_of(root, "one,2,0\n", masks=tmp_path / "masks", mask_values="subtypes"))["one"]
    assert scan.labels.tolist() == [0, 1, 0]
    assert scan.subtypes.tolist() == [[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0]]
    assert scan.scan_label == 1
    plain = read_all(spec_of(root, masks=tmp_path / "masks"))["one"]
    assert plain.labels.tolist() == [0, 1, 1]
    assert plain.subtypes is None


def test_subtypes_of_a_mask_end_at_five(root, tmp_path, write_ct):
    write_ct(tmp_path / "masks" / "one.nii.gz", np.full((3, 24, 20), 6, dtype=np.uint8))
    spec = spec_of(root, masks=tmp_path / "masks", mask_values="subtypes")
    assert refusals(spec, tmp_path / "a.zip") == (["two"], {"one": "mask-values"})


def test_labels_of_whole_scans_and_of_subtypes_are_read(root):
    labels = root.parent / "labels.csv"
    labels.write_text("scan,IPH,slice,sdh\none,0,,0\ntwo,1,,\ntwo,,2,1\n")
    scans = read_all(FolderSpec(root=root, labels=labels, public_names=True))
    assert scans["one"].subtypes.tolist() == [[0, -1, -1, 0, -1]] * 3
    assert (scans["one"].labels.tolist(), scans["one"].scan_label) == ([-1, -1, -1], -1)
    assert (scans["two"].labels.tolist(), scans["two"].scan_label) == ([-1, -1, 1], 1)
    labels.write_text("scan,hemorrhage\none,0\ntwo,1\n")
    scans = read_all(FolderSpec(root=root, labels=labels, public_names=True))
    assert (scans["one"].labels.tolist(), scans["one"].scan_label) == ([0, 0, 0], 0)
    assert (scans["two"].labels.tolist(), scans["two"].scan_label) == ([-1, -1, -1], 1)


def test_the_subject_is_that_of_the_table_else_the_patient_else_the_file(root):
    labels = root.parent / "labels.csv"
    scans = read_all(spec_of(root))
    assert (scans["one"].subject, scans["two"].subject) == ("one", "Jane_Roe")
    labels.write_text("scan,slice,hemorrhage,subject\ntwo,0,1,P7\ntwo,1,1,\n")
    assert read_all(FolderSpec(root=root, labels=labels, public_names=True))["two"].subject == "P7"


def test_names_are_hidden_unless_they_are_public(tmp_path, write_ct, write_dicom):
    write_ct(tmp_path / "scans" / "roe-jane.nii.gz")
    write_dicom(tmp_path / "scans" / "roe-john", patient="roe-0815")
    spec = spec_of(tmp_path / "scans", "roe-jane,9,1\nroe-jack,0,1\n", public_names=False)
    result = ingest(list_sources(spec), partial(read, spec), tmp_path / "archive.zip")
    shown = str((result.scans, result.rejected, scan_ids(tmp_path / "archive.zip")))
    assert "roe" not in shown
    assert str(tmp_path) not in shown
    assert {row["source"] for row in result.private} == {"roe-jane", "roe-john", "roe-jack"}


def test_what_the_archive_holds_shows_no_name_either(root, tmp_path):
    spec = spec_of(root, public_names=False)
    ingest(list_sources(spec), partial(read, spec), tmp_path / "archive.zip")
    held = (tmp_path / "archive.zip").read_bytes()
    assert b"Jane" not in held
    assert str(tmp_path).encode() not in held


def damage_text(root, write_ct, write_dicom):
    (root / "bad").mkdir()
    (root / "bad" / "report.dcm").write_text("no image")


def damage_empty(root, write_ct, write_dicom):
    (root / "bad").mkdir()


def damage_nifti(root, write_ct, write_dicom):
    write_ct(root / "bad.nii.gz")
    (root / "bad.nii.gz").write_bytes((root / "bad.nii.gz").read_bytes()[:-20])


def damage_link(root, write_ct, write_dicom):
    (root / "bad").mkdir()
    (root / "bad" / "annexed.dcm").symlink_to("gone")


def damage_values(root, write_ct, write_dicom):
    write_ct(root / "bad.nii.gz", np.arange(3 * 24 * 20, dtype=np.int16).reshape(3, 24, 20) % 256)


def damage_slice(root, write_ct, write_dicom):
    write_dicom(root / "bad", index=5)
    (root / "bad" / "01.dcm").write_bytes((root / "bad" / "01.dcm").read_bytes()[:-300])


@pytest.mark.parametrize(
    ("damage", "codes"),
    [
        (damage_text, {"not-dicom"}),
        (damage_empty, {"no-images"}),
        (damage_nifti, {"truncated"}),
        (damage_link, {"unreadable", "not-dicom", "no-access"}),
        (damage_values, {"not-hu"}),
        (damage_slice, {"truncated", "unreadable"}),
    ],
)
def test_a_bad_scan_is_refused_with_its_reason_and_the_good_ones_go_on(
    root, tmp_path, write_ct, write_dicom, damage, codes
):
    damage(root, write_ct, write_dicom)
    good, refused = refusals(spec_of(root), tmp_path / "archive.zip")
    assert good == ["one", "two"]
    assert refused.keys() == {"bad"}
    assert refused["bad"] in codes


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ("one,3,1\n", "label-slice"),
        ("one,0,maybe\n", "label-value"),
        ("one,0\n", "label-value"),
        ("one,0,0\none,0,1\n", "label-contradiction"),
        ("one,0,1\none,,0\n", "label-contradiction"),
    ],
)
def test_a_bad_label_costs_its_scan_alone(root, tmp_path, labels, code):
    assert refusals(spec_of(root, labels), tmp_path / "a.zip") == (["two"], {"one": code})


def test_labels_for_a_scan_that_is_not_there_are_told(root, tmp_path):
    assert refusals(spec_of(root, "three,0,1\n"), tmp_path / "a.zip") == (["one", "two"], {"three": "label-scan"})


def test_an_index_for_two_series_is_ambiguous_and_a_uid_is_not(root, tmp_path, write_dicom):
    first, second = write_dicom(root / "two"), write_dicom(root / "two", index=1, prefix="more-", slices=4)
    assert refusals(spec_of(root, "two,0,1\n"), tmp_path / "a.zip") == (["one"], {"two": "label-ambiguous"})
    scans = read_all(spec_of(root, f"two,{first[1]},1\ntwo,{second[3]},1\ntwo,more-00.dcm,0\n"))
    labels = {len(scans[name].labels): scans[name].labels.tolist() for name in ("two-1", "two-2")}
    assert labels == {3: [-1, 1, -1], 4: [0, -1, -1, 1]}


@pytest.mark.parametrize("kept", [-20, 400])
def test_labels_of_damaged_slices_cost_nothing_but_an_index_does(root, tmp_path, write_dicom, kept):
    uids = write_dicom(root / "two", index=2, slices=8)
    (root / "two" / "03.dcm").write_bytes((root / "two" / "03.dcm").read_bytes()[:kept])
    labels = f"two,{uids[3]},1\ntwo,03.dcm,1\ntwo,{uids[4]},1\ntwo,05.dcm,0\n"
    assert read_all_scans(spec_of(root, labels))["two"].labels.tolist() == [-1, -1, -1, 1, 0, -1, -1]
    good, refused = refusals(spec_of(root, "two,4,1\n"), tmp_path / "a.zip")
    assert (good, refused) == (["one"], {"two": "label-index"})


def test_a_file_name_that_is_another_slices_index_is_ambiguous(root, tmp_path, write_dicom):
    for name in ("00", "01", "02"):
        (root / "two" / f"{name}.dcm").rename(root / "two" / str(2 - int(name)))
    assert refusals(spec_of(root, "two,0,1\n"), tmp_path / "a.zip") == (["one"], {"two": "label-ambiguous"})
    assert read_all(spec_of(root, "two,1,1\n"))["two"].labels.tolist() == [-1, 1, -1]


def test_a_mask_belongs_to_the_series_whose_grid_it_was_drawn_on(root, tmp_path, write_ct, write_dicom):
    write_dicom(root / "two", index=1, prefix="more-", slices=4)
    volumes = read_all(spec_of(root))
    drawn = next(scan.volume for scan in volumes.values() if len(scan.volume.hu) == 4)
    (tmp_path / "masks").mkdir()
    write_nifti(tmp_path / "masks" / "two.nii.gz", np.ones(drawn.hu.shape, dtype=np.uint8), drawn.geometry)
    scans = read_all(spec_of(root, masks=tmp_path / "masks"))
    assert {len(scan.labels): scan.truth is not None for scan in scans.values() if scan.id != "one"} == {
        3: False, 4: True
    }  # fmt: skip


def test_one_series_a_study_is_kept_where_the_config_says_so(root, tmp_path, write_dicom):
    uids = write_dicom(root / "two", index=1, prefix="more-", slices=4)
    other = write_dicom(root / "two")
    spec = spec_of(root, f"two,{uids[2]},1\ntwo,{other[0]},0\ntwo,0,0\n", series="one")
    assert refusals(spec, tmp_path / "a.zip") == (["one", "two"], {"two": "other-series"})
    assert read_all_scans(spec)["two"].labels.tolist() == [0, -1, 1, -1]


def test_two_subjects_in_one_scan_are_refused(root, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("scan,slice,hemorrhage,subject\none,0,1,P1\none,1,1,P2\n")
    spec = FolderSpec(root=root, labels=labels, public_names=True)
    assert refusals(spec, tmp_path / "a.zip") == (["two"], {"one": "label-subject"})


def test_a_mask_on_another_grid_costs_its_scan_alone(root, tmp_path, write_ct):
    write_ct(tmp_path / "masks" / "one.nii.gz", np.zeros((3, 24, 21), dtype=np.uint8))
    assert refusals(spec_of(root, masks=tmp_path / "masks"), tmp_path / "a.zip") == (["two"], {"one": "mask-grid"})


def test_two_sources_of_one_name_are_not_mixed_up(root, tmp_path, write_dicom):
    write_dicom(root / "one", index=3, slices=4)
    good, refused = refusals(spec_of(root), tmp_path / "a.zip")
    assert good == ["one", "two"]
    assert refused == {"one": "same-name"}


def test_a_folder_with_two_series_gives_two_scans(root, tmp_path, write_dicom):
    write_dicom(root / "two", index=1, prefix="more-", slices=4)
    good, refused = refusals(spec_of(root), tmp_path / "a.zip")
    assert good == ["one", "two-1", "two-2"]
    assert not refused
    assert {len(read_scan(tmp_path / "a.zip", name).labels) for name in ("two-1", "two-2")} == {3, 4}


def test_a_scout_beside_the_scan_is_told_of_and_does_not_cost_the_scan(root, tmp_path, write_dicom):
    write_dicom(root / "two", index=1, prefix="a-scout-", slices=1)
    assert refusals(spec_of(root), tmp_path / "a.zip") == (["one", "two"], {"two": "single-slice"})


def test_an_empty_root_and_one_that_is_not_there_are_one_sentence(tmp_path):
    (tmp_path / "empty").mkdir()
    for root, code in ((tmp_path / "gone", "no-folder"), (tmp_path / "empty", "empty-folder")):
        with pytest.raises(TableError) as caught:
            list_sources(spec_of(root))
        assert caught.value.code == code
        assert str(tmp_path) not in str(caught.value)


def test_the_listing_is_the_same_wherever_the_data_set_lies(root, tmp_path, write_ct, write_dicom):
    write_ct(tmp_path / "copy" / "one.nii.gz")
    write_dicom(tmp_path / "copy" / "two")
    here, there = (list_sources(spec_of(place)) for place in (root, tmp_path / "copy"))
    assert [(source.id, source.stamp) for source in here] == [(source.id, source.stamp) for source in there]


@pytest.mark.parametrize("change", ["scan", "label", "mask", "file"])
def test_a_change_touches_one_shard(root, tmp_path, write_ct, change):
    for number in range(12):
        write_ct(root / f"more-{number}.nii.gz")
    (tmp_path / "masks").mkdir()

    def state(labels):
        groups = by_shard(list_sources(spec_of(root, labels, masks=tmp_path / "masks", shards=4)), 4)
        return {shard: stamps(sources) for shard, sources in groups.items()}

    before = state("one,0,0\n")
    assert len(before) == 4
    if change == "scan":
        write_ct(root / "new.nii.gz")
    if change == "mask":
        write_ct(tmp_path / "masks" / "one.nii.gz", np.zeros((3, 24, 20), dtype=np.uint8))
    if change == "file":
        (root / "two" / "02.dcm").unlink()
    after = state("one,0,1\n" if change == "label" else "one,0,0\n")
    assert sum(before[shard] != after[shard] for shard in before) == 1


def test_a_source_that_lost_its_slices_says_so_in_one_line(root, write_dicom):
    (root / "two" / "01.dcm").unlink()
    (root / "two" / "02.dcm").unlink()
    spec = spec_of(root)
    source = next(source for source in list_sources(spec) if source.name == "two")
    with pytest.raises(ScanError) as caught:
        read(spec, source)
    assert caught.value.code == "single-slice"
    assert "\n" not in str(caught.value)

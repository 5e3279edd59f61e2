from functools import partial

import numpy as np
import pytest
from PIL import Image

from bleedmap.config.datasets import PngSlicesSpec
from bleedmap.datasets.ingest import ingest
from bleedmap.datasets.png_slices.listing import list_sources
from bleedmap.datasets.png_slices.reading import read
from bleedmap.errors import TableError
from bleedmap.volumes.scan_archive import scan_ids

LABELS = "id, hemorrhage\n000,1\n001,0\n002,1\n"


@pytest.fixture
def root(tmp_path, write_picture):
    """Three pictures; 000 and 002 bleed, 000 is drawn."""
    for name in ("000", "001", "002"):
        write_picture(tmp_path / f"{name}.png")
    write_picture(tmp_path / "masks" / "000.png", grey=255)
    (tmp_path / "labels.csv").write_text(LABELS)
    return tmp_path


def spec_of(root, **settings):
    return PngSlicesSpec(root=root, **{"public_names": True, "masks": "masks", **settings})


def refusals(spec, archive):
    result = ingest(list_sources(spec), partial(read, spec), archive)
    return scan_ids(archive), {row["scan"]: row["code"] for row in result.rejected}


def test_a_picture_is_a_scan_of_one_slice_in_the_hu_of_its_window(root):
    spec = spec_of(root, window=(40, 80))
    scans = {scan.id: scan for source in list_sources(spec) for scan in read(spec, source)}
    assert {name: scan.labels.tolist() for name, scan in scans.items()} == {"000": [1], "001": [0], "002": [1]}
    assert (scans["000"].volume.hu == round(100 / 255 * 80)).all()
    assert not scans["000"].volume.geometry.in_mm


def test_a_healthy_slice_has_the_empty_mask_as_truth_and_an_undrawn_bleed_has_none(root):
    spec = spec_of(root)
    scans = {scan.id: scan for source in list_sources(spec) for scan in read(spec, source)}
    assert scans["000"].truth.all()
    assert not scans["001"].truth.any()
    assert scans["002"].truth is None


def test_slices_of_one_group_are_one_subject(root):
    (root / "groups.csv").write_text("id,group\n000,a\n001,b\n002,a\n")
    spec = spec_of(root, groups="groups.csv")
    subjects = [scan.subject for source in list_sources(spec) for scan in read(spec, source)]
    assert subjects == ["a", "b", "a"]
    assert [scan.subject for source in list_sources(spec_of(root)) for scan in read(spec_of(root), source)] == [
        "000",
        "001",
        "002",
    ]


def test_names_are_hidden_unless_they_are_public(root, tmp_path):
    spec = spec_of(root, public_names=False)
    result = ingest(list_sources(spec), partial(read, spec), tmp_path / "a.zip")
    assert {str(scan["scan"]) for scan in result.scans}.isdisjoint({"000", "001", "002"})
    assert all(len(str(scan["scan"])) == len(str(scan["subject"])) == 12 for scan in result.scans)


@pytest.mark.parametrize(
    ("labels", "refused"),
    [
        (LABELS + "777,1\n", {"777": "label-slice"}),
        (LABELS.replace("002,1", "002,2"), {"002": "label-value"}),
        (LABELS.replace("002,1", "002"), {"002": "label-value"}),
        (LABELS.replace("002,1\n", ""), {"002": "no-label"}),
    ],
)
def test_a_bad_label_costs_its_slice_alone(root, labels, refused):
    (root / "labels.csv").write_text(labels)
    good, bad = refusals(spec_of(root), root / "a.zip")
    assert bad == refused
    assert good == sorted({"000", "001", "002"} - refused.keys())


def test_a_damaged_picture_costs_its_slice_alone(root):
    (root / "001.png").write_bytes((root / "001.png").read_bytes()[:40])
    assert refusals(spec_of(root), root / "a.zip") == (["000", "002"], {"001": "not-a-picture"})


def test_a_mask_of_another_size_costs_its_slice_alone(root, write_picture):
    write_picture(root / "masks" / "000.png", grey=255, shape=(8, 8))
    assert refusals(spec_of(root), root / "a.zip") == (["001", "002"], {"000": "mask-grid"})


def test_a_link_that_leads_nowhere_costs_its_slice_alone(root):
    (root / "001.png").unlink()
    (root / "001.png").symlink_to("gone.png")
    assert refusals(spec_of(root), root / "a.zip") == (["000", "002"], {"001": "no-access"})


@pytest.mark.parametrize(
    ("settings", "code"),
    [({"root": "gone"}, "no-folder"), ({"root": "masks/none"}, "empty-folder"), ({"groups": "no.csv"}, "no-table")],
)
def test_a_data_set_that_cannot_be_listed_is_one_sentence(root, settings, code):
    (root / "masks" / "none").mkdir()
    if "root" in settings:
        settings = {"root": root / settings["root"]}
    with pytest.raises(TableError) as caught:
        list_sources(spec_of(**{"root": root, **settings}))
    assert caught.value.code == code
    assert "\n" not in str(caught.value)


def test_another_window_label_or_group_is_noticed(root):
    (root / "groups.csv").write_text("id,group\n000,a\n")
    before = [source.stamp for source in list_sources(spec_of(root))]

    def changed(spec):
        return [one != other for one, other in zip(before, [s.stamp for s in list_sources(spec)], strict=True)]

    assert changed(spec_of(root)) == [False, False, False]
    assert changed(spec_of(root, window=(40, 100))) == [True, True, True]
    assert changed(spec_of(root, groups="groups.csv")) == [True, False, False]
    (root / "labels.csv").write_text(LABELS.replace("001,0", "001,1"))
    assert changed(spec_of(root)) == [False, True, False]


@pytest.mark.real
def test_the_head_ct_pictures_are_all_read(real_data, tmp_path):
    spec = spec_of(real_data / "head_ct", groups="groups.csv")
    sources = list_sources(spec)
    assert len(sources) == 140
    result = ingest(sources[:20], partial(read, spec), tmp_path / "a.zip")
    assert result.rejected == []
    assert np.mean([scan["positive_slices"] for scan in result.scans]) > 0


def test_jpegs_lie_beside_pngs_and_a_name_given_twice_is_refused(root, write_picture):
    write_picture(root / "001.jpg")
    with pytest.raises(TableError) as caught:
        list_sources(spec_of(root))
    assert caught.value.code == "same-picture"
    (root / "001.png").unlink()
    (root / "masks" / "000.png").rename(root / "masks" / "000.PNG")
    (root / "000.png").rename(root / "000.JPEG")
    assert [source.id for source in list_sources(spec_of(root))] == ["000", "001", "002"]
    assert [len(source.files) for source in list_sources(spec_of(root))] == [2, 1, 1]


def test_the_windows_are_told_and_one_that_does_not_fit_is_a_fault(root, codes_found, tmp_path):
    radius = np.hypot(*(np.indices((120, 120)) - 59.5))
    hu = np.select([radius < 8, radius < 46, radius < 52], [8, 31, 900], -1000)
    hu = hu + np.random.default_rng(0).normal(0, 2, hu.shape)
    for name, (level, width) in {"000": (40, 80), "001": (40, 120), "002": (50, 150)}.items():
        grey = np.clip((hu - level) / width + 0.5, 0, 1) * 255
        Image.fromarray(grey.astype(np.uint8)).save(root / f"{name}.png")
    spec = spec_of(root, masks=None)
    rows = ingest(list_sources(spec), partial(read, spec), tmp_path / "a.zip").scans
    assert [row["window_width"] for row in rows] == pytest.approx([80, 120, 150], rel=0.25)
    assert codes_found(spec) == {("", "window")}
    misfits = codes_found(spec_of(root, masks=None, window=(80, 200)))
    assert misfits == {("", "window-misfit"), *((name, "window-misfit") for name in ("000", "001", "002"))}

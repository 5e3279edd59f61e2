import numpy as np
import pytest

from bleedmap.config.slices import SliceSpec
from bleedmap.provenance.archive import write_archive
from bleedmap.slices.resample_scan import resample_scan
from bleedmap.slices.store import SliceStore
from bleedmap.slices.write_slices import write_slices
from bleedmap.volumes.ct_volume import CtVolume, Scan
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import to_bytes
from bleedmap.volumes.scan_archive import add_scan

SPEC = SliceSpec(size=32, field_of_view_mm=64)
ROWS, COLUMNS = 60, 70


def tilted(origins_mm):
    """Slices at these heights, each shifted sideways, of pixels of 1 x 2 mm."""
    origins = np.stack([np.zeros(len(origins_mm)), np.array(origins_mm) * 0.3, np.array(origins_mm)], axis=1)
    return Geometry(origins=origins, row_step=np.array([0.0, 1.0, 0.0]), column_step=np.array([2.0, 0.0, 0.0]))


def scan(name, geometry, **values):
    rng = np.random.default_rng(len(name))
    count = len(geometry.origins)
    hu = rng.integers(0, 80, (count, ROWS, COLUMNS)).astype(np.int16)
    return Scan(name, f"p-{name}", CtVolume(hu, geometry), np.zeros(count, dtype=np.int8), **values)


@pytest.fixture
def scans():
    truth = np.zeros((3, ROWS, COLUMNS), dtype=np.uint8)
    truth[1, 20:32, 30:42], truth[1, 32:44, 30:42] = 1, 4
    drawn = scan(
        "drawn",
        tilted([0.0, 5.0, 12.0]),
        truth=truth,
        truth_slices=np.array([True, True, False]),
        truth_subtypes=True,
        subtypes=np.array([[0] * 5, [1, 0, 0, 1, 0], [-1] * 5], dtype=np.int8),
        scan_label=1,
        scan_subtypes=np.array([1, 0, 0, 1, -1], dtype=np.int8),
    )
    return [drawn, scan("plain", tilted([0.0, 5.0]))]


@pytest.fixture
def written(scans, tmp_path):
    with write_archive(tmp_path / "volumes") as volumes, write_archive(tmp_path / "brain") as brain:
        for one in scans:
            add_scan(volumes, one)
            brain.add(f"{one.id}/brain.nii.gz", to_bytes(brain_of(one), one.volume.geometry))
    write_slices(tmp_path / "volumes", tmp_path / "brain", SPEC, tmp_path / "out")
    return tmp_path


def brain_of(one):
    brain = np.zeros(one.volume.hu.shape, dtype=np.uint8)
    brain[:, 10:50, 20:50] = 1
    return brain


def test_a_store_holds_what_resampling_each_scan_gives(scans, written):
    with SliceStore(written / "out") as store:
        rows = dict(store.scans())
        assert list(rows) == ["drawn", "plain"]
        for one in scans:
            working = resample_scan(one.volume, brain_of(one), SPEC)
            np.testing.assert_array_equal(store.rows("hu", rows[one.id]), working.hu)
            np.testing.assert_array_equal(store.rows("brain", rows[one.id]) > 0, working.brain)
            assert store.entries[one.id].box == working.box.as_dict()
            np.testing.assert_allclose(store.entries[one.id].voxel_ml, working.voxel_ml)


def test_scans_stay_on_their_own_slices_and_a_grid_voxel_has_the_volume_of_what_it_covers(scans):
    working = resample_scan(scans[0].volume, brain_of(scans[0]), SPEC)
    assert working.hu.shape == (3, 32, 32)
    # 64 x 64 mm over 32 x 32 pixels, slices that stand for 5, 6 and 7 mm
    np.testing.assert_allclose(working.voxel_ml, np.array([5.0, 6.0, 7.0]) * 4 / 1000)


def test_pictures_without_mm_have_no_volume(scans):
    geometry = Geometry.from_affine(np.diag([-1.0, -1.0, 1.0, 1.0]), 2, in_mm=False)
    picture = scan("picture", geometry)
    assert resample_scan(picture.volume, brain_of(picture), SPEC).voxel_ml is None


def test_labels_of_every_class_and_what_is_drawn_stand_in_the_table(written):
    with SliceStore(written / "out") as store:
        table = store.table
    known, unknown = [0, 1, 0, 0, 1, 0], [0, -1, -1, -1, -1, -1]
    classes = ["any", "iph", "ivh", "sah", "sdh", "edh"]
    assert table[classes].to_numpy().tolist() == [[0] * 6, known, unknown, unknown, unknown]
    assert table["drawn"].tolist() == [True, True, False, False, False]
    assert table["slice"].tolist() == [0, 1, 2, 0, 1]
    assert table["subject"].tolist() == ["p-drawn"] * 3 + ["p-plain"] * 2


def test_scan_labels_subtypes_and_intensity_are_kept(written):
    with SliceStore(written / "out") as store:
        drawn, plain = store.entries["drawn"], store.entries["plain"]
    assert drawn.labels.tolist() == [1, 1, 0, 0, 1, -1]
    assert plain.labels.tolist() == [-1] * 6
    assert (drawn.drawn_subtypes, plain.drawn_subtypes) == (True, False)
    assert drawn.intensity == "hu"


def test_truth_keeps_its_subtypes_and_its_area(written):
    with SliceStore(written / "out") as store:
        truth = store.rows("truth", slice(0, 3))
    assert set(np.unique(truth)) == {0, 1, 4}
    assert not truth[[0, 2]].any()
    # 12 x 12 pixels of 1 x 2 mm on a grid of 2 x 2 mm
    assert (truth[1] == 1).sum() == pytest.approx(72, abs=14)
    assert (truth[1] == 4).sum() == pytest.approx(72, abs=14)


def test_the_same_scans_give_the_same_bytes(written):
    write_slices(written / "volumes", written / "brain", SPEC, written / "again")
    assert (written / "again").read_bytes() == (written / "out").read_bytes()


def test_a_store_knows_where_slices_begin_and_how_large_a_pixel_is(written):
    with SliceStore(written / "out") as store:
        entry = store.entries["drawn"]
    # tilted slices are shifted along their rows; which way across them is up is told by the order of slices
    np.testing.assert_allclose(entry.origins_mm, [[0, 0, 0], [5, 1.5, 0], [12, 3.6, 0]], atol=1e-9)
    assert entry.pixel_mm == (2.0, 2.0)

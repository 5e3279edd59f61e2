"""CT and MR through the adapters: each is read where the data set says so, and refused by name elsewhere."""

import numpy as np
import pydicom
import pytest

from bleedmap.config.datasets import PhantomSpec
from bleedmap.datasets import listing, reading
from bleedmap.datasets.phantom.reading import unpacked
from bleedmap.datasets.phantom.writing import write_shard
from bleedmap.errors import ScanError
from tests.heads import made_head

INDEX = 1


def spec_of(modality):
    return PhantomSpec(matrix=64, slice_thickness_mm=10.0, prevalence=1.0, modality=modality)


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Zip of one subject, by modality."""
    folder = tmp_path_factory.mktemp("shards")
    for modality in ("ct", "mr"):
        write_shard(spec_of(modality), [INDEX], folder / f"{modality}.zip")
    return folder


@pytest.fixture(scope="module")
def written(shards, tmp_path_factory):
    """The same as folder data sets."""
    return {
        modality: unpacked(spec_of(modality), shards / f"{modality}.zip", tmp_path_factory.mktemp(modality))
        for modality in ("ct", "mr")
    }


def scans_of(folder):
    return [scan for source in listing(folder).list_sources(folder) for scan in reading(folder).read(folder, source)]


def test_the_mr_phantom_is_written_as_mr_images_without_a_unit(written):
    files = sorted(written["mr"].root.rglob("*.dcm"))
    assert files
    for data in map(pydicom.dcmread, files):
        assert (data.SOPClassUID, data.Modality) == (pydicom.uid.MRImageStorage, "MR")
        assert data.file_meta.MediaStorageSOPClassUID == pydicom.uid.MRImageStorage
        assert {"ScanningSequence", "RepetitionTime", "EchoTime"} <= set(data.dir())
        assert not {"RescaleSlope", "RescaleType", "KVP", "GantryDetectorTilt"} & set(data.dir())
        assert 0 <= data.pixel_array.min() <= data.pixel_array.max() < 4096


@pytest.mark.parametrize("modality", ["ct", "mr"])
def test_equal_subjects_give_equal_bytes(shards, modality, tmp_path):
    write_shard(spec_of(modality), [INDEX], tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (shards / f"{modality}.zip").read_bytes()


def test_the_mr_phantom_is_read_back_as_mr_with_its_truth(written):
    (scan,) = scans_of(written["mr"])
    subject = made_head(spec_of("mr"), INDEX)
    assert scan.volume.intensity == "mr"
    np.testing.assert_array_equal(scan.truth, subject.truth)
    assert not scan.truth_subtypes
    assert scan.scan_subtypes is None
    assert np.median(scan.volume.hu[scan.truth > 0]) > np.median(scan.volume.hu[subject.brain & (scan.truth == 0)])


def test_the_ct_phantom_is_read_back_in_hu_with_what_is_known_of_its_subtypes(written):
    (scan,) = scans_of(written["ct"])
    subject = made_head(spec_of("ct"), INDEX)
    assert scan.volume.intensity == "hu"
    assert scan.truth_subtypes
    present = [int((subject.truth == value).any()) for value in range(1, 6)]
    assert sum(present) >= 1
    assert scan.scan_subtypes.tolist() == present


@pytest.mark.parametrize(("modality", "other", "code"), [("ct", "mr", "not-mr"), ("mr", "ct", "not-ct")])
def test_images_of_the_other_modality_are_refused_by_name(written, modality, other, code):
    folder = written[modality].model_copy(update={"modality": other})
    (source,) = listing(folder).list_sources(folder)
    with pytest.raises(ScanError, match=code):
        reading(folder).read(folder, source)


def test_a_scan_is_read_again_once_its_modality_is_another(written):
    folder = written["mr"]
    other = folder.model_copy(update={"modality": "ct"})
    (one,), (two,) = (listing(spec).list_sources(spec) for spec in (folder, other))
    assert one.stamp != two.stamp

import numpy as np
import pytest

from bleedmap.volumes.dicom.study import read_study

from .conftest import group, write_enhanced, write_series

MR_IMAGE, ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1"


@pytest.fixture
def signal():
    """Background 0 in a quarter of every slice, signal up to 3000 elsewhere."""
    values = np.random.default_rng(0).integers(300, 3000, (4, 12, 10)).astype(np.int16)
    values[:, :3] = 0
    return values


def write_mr(folder, signal, **tags):
    plain = {"intercept": 0.0, "Modality": "MR", "SOPClassUID": MR_IMAGE}
    return write_series(folder, signal, **{**plain, "RescaleSlope": None, "RescaleIntercept": None, **tags})


def test_mr_needs_no_rescale_and_keeps_the_order_of_its_signal_but_for_shading(tmp_path, signal):
    (found,), faults = read_study(write_mr(tmp_path, signal), "mr")
    assert faults == []
    assert found.volume.intensity == "mr"
    hu = found.volume.hu
    np.testing.assert_array_equal(hu == -1024, signal == 0)
    assert np.corrcoef(hu[signal > 0], signal[signal > 0])[0, 1] > 0.95


def write_contrasts(folder, signal, values, **same):
    """One series with a volume for each of some values of a tag, all at the same positions."""
    ((tag, found),) = values.items()
    return [
        file
        for number, value in enumerate(found)
        for file in write_mr(folder / str(number), signal + number, uid="1.2.3.9", first=1 + 4 * number, **{tag: value},
                             AcquisitionNumber=1, **same)
    ]  # fmt: skip


@pytest.mark.parametrize("values", [{"EchoTime": [20.0, 90.0]}, {"DiffusionBValue": [0.0, 1000.0]}], ids=str)
def test_echoes_and_b_values_of_one_series_are_volumes_of_their_own(tmp_path, signal, values):
    files = write_contrasts(tmp_path, signal, values, SeriesInstanceUID="1.2.3.9")
    found, faults = read_study(files, "mr")
    assert faults == []
    assert [len(each.file_names) for each in found] == [4, 4]
    keys = [{int(key.rsplit(".", 1)[1]) > 4 for key in each.volume.slice_keys} for each in found]
    assert sorted(map(list, keys)) == [[False], [True]]


def test_directions_of_one_b_value_are_refused_by_name(tmp_path, signal):
    files = write_contrasts(tmp_path, signal, {"DiffusionBValue": [1000.0] * 3}, SeriesInstanceUID="1.2.3.9")
    found, faults = read_study(files, "mr")
    assert found == []
    assert [fault.code for fault in faults] == ["several-phases"]


def test_a_rescale_of_every_slice_counts_where_the_header_gives_one(tmp_path, signal):
    (plain,), _ = read_study(write_mr(tmp_path / "plain", signal), "mr")
    files = [
        write_mr(tmp_path / "scaled", signal[n : n + 1] // slope * slope, heights=[5.0 * n], uid="1.2.3.4", slope=slope,
                 first=n + 1, RescaleSlope=slope, RescaleIntercept=0.0)[0]
        for n, slope in enumerate((1, 2, 4, 1))
    ]  # fmt: skip
    (scaled,), _ = read_study(files, "mr")
    assert np.abs(scaled.volume.hu.astype(int) - plain.volume.hu)[signal > 0].max() <= 2


def test_mr_among_ct_is_not_read_and_ct_among_mr_is_not_either(tmp_path, signal, series):
    files = write_mr(tmp_path / "mr", signal)
    for kind, own, code in (("hu", series, "not-ct"), ("mr", files, "not-mr")):
        (found,), faults = read_study([*files, *series], kind)
        assert len(found.file_names) == len(own)
        assert [fault.code for fault in faults] == [code]


def test_frames_of_an_enhanced_mr_are_slices(tmp_path, signal):
    shared = group(
        PixelMeasuresSequence={"PixelSpacing": [0.6, 0.5], "SliceThickness": 5.0},
        PlaneOrientationSequence={"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
    )
    path = write_enhanced(
        tmp_path / "all.dcm",
        signal,
        heights=[0, 5, 10, 15],
        Modality="MR",
        SOPClassUID=ENHANCED_MR,
        SharedFunctionalGroupsSequence=[shared],
        PixelData=signal.astype("<u2").tobytes(),
    )
    (found,), faults = read_study([path], "mr")
    assert faults == []
    assert len(found.volume.slice_keys) == 4
    np.testing.assert_array_equal(found.volume.hu == -1024, signal == 0)

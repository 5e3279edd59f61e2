import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from bleedmap.brain.mask import brain_mask
from bleedmap.cli import application
from bleedmap.config.datasets import PhantomSpec
from bleedmap.config.load import load_config
from bleedmap.enhancements.enhance_scan import enhance_scan
from bleedmap.errors import ConfigError, ScanError
from bleedmap.paths import Paths
from bleedmap.phantom.cohort import write_cohort
from bleedmap.plan.rows import row_names
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.of_run import bundle_of_run
from bleedmap.predict.scan import predict_scan, read_scan
from bleedmap.segmenters.segment_scan import segment_scan
from bleedmap.segmenters.segmenter import load_segmenter
from bleedmap.slices.box import to_own_voxels
from bleedmap.slices.resample_scan import resample_scan
from tests.rows import place_networks


@pytest.fixture(scope="module")
def config(repository):
    return load_config(yaml.safe_load((repository / "tests" / "workflow" / "tiny.yaml").read_text()))


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """One phantom subject that bleeds, as DICOM with its truth."""
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(PhantomSpec(matrix=96, slice_thickness_mm=10, prevalence=1), [0], folder)
    return folder


def model_of(config, row, kind):
    return Path(getattr(Paths(config.results), kind).format(**row_names(config, row, "phantom", 0)))


@pytest.fixture
def method(config):
    return TrainedMethod(bundle_of_run(config, "hu-threshold", "phantom", 0))


def test_a_dicom_series_gets_a_mask_on_its_own_voxels(method, cohort, tmp_path):
    series, truth = cohort / "dicom" / "phantom-000", nib.load(cohort / "masks" / "phantom-000.nii.gz")
    found = predict_scan(method, series, tmp_path / "out")
    mask = nib.load(tmp_path / "out" / "mask.nii.gz")
    assert mask.shape == truth.shape
    np.testing.assert_allclose(mask.affine, truth.affine, atol=1e-3)
    voxel_ml = abs(np.linalg.det(mask.affine[:3, :3])) / 1000
    assert found.volume_ml == pytest.approx(np.asarray(mask.dataobj).sum() * voxel_ml, rel=1e-3)
    # some of the blood is as dense as the threshold asks, and it is found where it is
    assert (np.asarray(mask.dataobj)[np.asarray(truth.dataobj) > 0] > 0).mean() > 0.2
    assert (tmp_path / "out" / "overlay.png").stat().st_size > 10_000


def test_a_segmenter_with_an_enhancement_sees_enhanced_slices(config, cohort, tmp_path):
    volume = read_scan(cohort / "dicom" / "phantom-000")
    values = config.model_dump()
    values |= {"results": str(tmp_path), "enhancements": {"head": {"method": "head_equalised"}}}
    found, expected = {}, {}
    for name in ("head", "none"):
        values["segmenters"]["unet3d"]["enhancement"] = name
        changed = load_config(values)
        spec = changed.segmenters["unet3d"]
        place_networks(changed, "cam-crf-unet3d")
        model = load_segmenter(model_of(changed, "cam-crf-unet3d", "segmenter_model"))
        found[name] = TrainedMethod(bundle_of_run(changed, "cam-crf-unet3d"))(volume).labels
        scan = resample_scan(volume, brain_mask(changed.brain, volume), changed.slices)
        hu = enhance_scan(changed.enhancements["head"], scan.hu, scan.brain) if name == "head" else scan.hu
        labels = segment_scan(model, spec, hu, scan.brain, scan.voxel_ml)
        expected[name] = to_own_voxels(labels, scan.box, *volume.hu.shape[1:])
        np.testing.assert_array_equal(found[name], expected[name])
    assert not np.array_equal(found["head"], found["none"])


def test_a_method_takes_scans_of_the_modality_that_it_learnt_on_and_no_others(config, method, cohort, tmp_path):
    whole = [{"level": 100, "width": 200}]
    values = config.model_dump() | {"results": str(tmp_path)}
    values["datasets"]["phantom"]["modality"] = "mr"
    values["classifiers"]["tiny"]["windows"] = values["segmenters"]["unet3d"]["windows"] = whole
    del values["methods"]["hu-threshold"]
    of_mr = load_config(values)
    place_networks(of_mr, "cam-crf-unet3d")
    learnt_on_mr = TrainedMethod(bundle_of_run(of_mr, "cam-crf-unet3d"))
    write_cohort(PhantomSpec(matrix=64, slice_thickness_mm=10, prevalence=1, modality="mr"), [0], tmp_path / "mr")
    ct, mr = (place / "dicom" / "phantom-000" for place in (cohort, tmp_path / "mr"))

    assert predict_scan(learnt_on_mr, mr, tmp_path / "out").modality == "mr"
    written = {file.name for file in (tmp_path / "out").iterdir()}
    assert {"mask.nii.gz", "mr.nii.gz", "mask.dcm", "report.dcm", "overlay.png", "prediction.json"} <= written
    assert "ct.nii.gz" not in written
    with pytest.raises(ScanError, match="not-mr"):
        predict_scan(learnt_on_mr, ct, tmp_path / "out")
    with pytest.raises(ScanError, match="not-ct"):
        predict_scan(method, mr, tmp_path / "out")


def test_a_nifti_gets_a_mask_on_its_own_grid_whatever_its_axes(method, cohort, tmp_path):
    predict_scan(method, cohort / "dicom" / "phantom-000", tmp_path / "dicom")
    image = nib.load(tmp_path / "dicom" / "ct.nii.gz")
    turned = image.as_reoriented(np.array([[2, 1], [0, -1], [1, 1]]))
    nib.save(turned, tmp_path / "turned.nii.gz")
    predict_scan(method, tmp_path / "turned.nii.gz", tmp_path / "nifti")
    mask = nib.load(tmp_path / "nifti" / "mask.nii.gz")
    assert mask.shape == turned.shape
    np.testing.assert_allclose(mask.affine, turned.affine, atol=1e-3)
    back = nib.as_closest_canonical(mask), nib.as_closest_canonical(nib.load(tmp_path / "dicom" / "mask.nii.gz"))
    np.testing.assert_array_equal(np.asarray(back[0].dataobj), np.asarray(back[1].dataobj))


def test_the_summary_names_neither_file_nor_patient(method, cohort, tmp_path):
    predict_scan(method, cohort / "dicom" / "phantom-000", tmp_path / "out")
    text = (tmp_path / "out" / "prediction.json").read_text()
    assert "phantom" not in text
    assert set(json.loads(text)) == {
        "method", "bundle", "modality", "slices", "bleeding_slices", "volume_ml", "probability", "slice_probability",
        "certainty", "tilt_degrees", "evenly_spaced", "flags", "faults", "classes", "lesions", "files", "use",
    }  # fmt: skip


def test_a_classifier_without_an_operating_point_calls_no_slice_that_it_is_not_sure_of(config, cohort, tmp_path):
    changed = load_config({**config.model_dump(), "results": str(tmp_path)})
    place_networks(changed, "cam-kmeans", threshold=None)
    trained = TrainedMethod(bundle_of_run(changed, "cam-kmeans"))
    assert not trained(read_scan(cohort / "dicom" / "phantom-000")).labels.any()


def test_a_method_that_was_not_trained_says_so(config, tmp_path):
    changed = load_config({**config.model_dump(), "results": str(tmp_path)})
    with pytest.raises(ConfigError, match="not-trained"):
        bundle_of_run(changed, "cam-kmeans")


def test_an_unknown_method_is_named_with_the_nearest(config):
    with pytest.raises(ConfigError, match="did you mean 'cam-kmeans'"):
        bundle_of_run(config, "cam-kmean")


def test_a_folder_without_images_is_one_sentence(tmp_path):
    with pytest.raises(ScanError, match="no-images"):
        read_scan(tmp_path)


def test_the_command_explains_itself():
    shown = CliRunner().invoke(application, ["predict", "--help"])
    assert shown.exit_code == 0
    assert "--method" in shown.output


@pytest.mark.real
def test_a_tilted_unevenly_spaced_scan_gets_its_mask_on_its_own_slices(method, real_data, tmp_path):
    found = predict_scan(method, real_data / "dicom" / "GE", tmp_path)
    assert nib.load(tmp_path / "mask.nii.gz").shape == (512, 512, 28)
    assert (found.slices, found.evenly_spaced) == (28, False)
    assert abs(found.tilt_degrees) == pytest.approx(18.5, abs=0.1)
    even = nib.load(tmp_path / "mask_even.nii.gz")
    assert even.shape == nib.load(tmp_path / "ct_even.nii.gz").shape
    np.testing.assert_allclose(even.affine[:3, 0] @ even.affine[:3, 2], 0, atol=1e-6)

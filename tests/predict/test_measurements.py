"""Volumes and forms against lesions of known size, on slices that are tilted and unevenly spaced too."""

from dataclasses import replace

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk  # noqa: N813
from scipy.spatial.distance import pdist

from bleedmap.config.datasets import PhantomSpec
from bleedmap.datasets.study import read_volumes
from bleedmap.phantom.cohort import write_cohort
from bleedmap.predict.found import Found
from bleedmap.predict.outputs.even_stack import even_stack
from bleedmap.predict.outputs.measurements import measure
from bleedmap.predict.outputs.shape import lesion_shape
from bleedmap.predict.outputs.volumes_table import volumes_table
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.regular import even_spacing, to_regular
from tests.predict.planted import LABEL, RADII_MM, UNEVEN, places, planted, write_scan

ELLIPSOID_ML = 4 / 3 * np.pi * np.prod(RADII_MM) / 1000


SCANS = {
    "plain": {},
    "tilted": {"tilt": 18.0},
    "uneven": {"gaps": UNEVEN},
    "tilted-uneven": {"gaps": UNEVEN, "tilt": -18.0},
}


@pytest.fixture(scope="module", params=SCANS)
def found(request, tmp_path_factory):
    return planted(write_scan(tmp_path_factory.mktemp("scan") / "scan", **SCANS[request.param]), subtypes=True)


def test_volumes_are_those_of_the_truth_in_the_patient_and_on_the_regular_grid(found):
    totals, lesions = measure(found)
    own = {each.name: each for each in totals}
    assert own["sdh"].ml == pytest.approx(ELLIPSOID_ML, rel=0.03)
    assert own["any"].ml == pytest.approx(own["sdh"].ml + own["iph"].ml, abs=0.002)
    assert sum(each.ml for each in lesions) == pytest.approx(own["any"].ml, abs=0.002)
    regular = to_regular(found.volume)
    middle = places(found.volume.geometry, found.labels.shape).reshape(-1, 3).mean(axis=0)
    away = (places(regular.geometry, regular.hu.shape) - middle) / RADII_MM
    truth_ml = np.count_nonzero((away**2).sum(axis=-1) < 1) * np.prod(regular.geometry.spacing) / 1000
    assert own["sdh"].ml == pytest.approx(truth_ml, rel=0.03)
    even = even_stack(found)
    if even is not None:
        even_ml = np.count_nonzero(even.labels == LABEL) * np.prod(even.volume.geometry.spacing) / 1000
        assert own["sdh"].ml == pytest.approx(even_ml, rel=0.01)


def test_a_thin_uneven_series_gets_no_more_slices_than_it_has():
    gaps = np.full(200, 0.625)
    gaps[70] = 1.25  # one slice is missing
    origins = np.cumsum([0, *gaps])[:, None] * [0, 0, 1.0]
    geometry = Geometry(origins, np.array([0, 0.5, 0]), np.array([0.5, 0, 0]))
    assert even_spacing(geometry) == 0.625
    assert even_spacing(replace(geometry, origins=origins * 8)) == 5 / 2


def test_the_form_is_that_of_the_ellipsoid_tilted_or_not(found):
    (lesion,) = [each for each in measure(found)[1] if each.name == "sdh"]
    assert abs(lesion.feret_mm - 2 * max(RADII_MM)) < 7  # one gap between slices
    np.testing.assert_allclose(lesion.ellipsoid_mm, 2 * np.sort(RADII_MM), rtol=0.05)
    # slices of less than three quarters of the largest area count half, of less than one quarter not at all
    share = 0.5 + (np.sqrt(0.75) - 0.5) / 2
    assert lesion.abc2_ml == pytest.approx(ELLIPSOID_ML * share * 3 / np.pi, rel=0.15)


def test_key_slice_mean_and_numbers(found):
    hu = found.volume.hu.copy()
    hu[found.labels == LABEL] = 61
    hu[found.labels == 1] = 70
    totals, lesions = measure(replace(found, volume=replace(found.volume, hu=hu)))
    own = {each.name: each for each in totals}
    for label, name in ((1, "iph"), (LABEL, "sdh")):
        areas = (found.labels == label).sum(axis=(1, 2))
        assert areas[own[name].key_slice] == areas.max()
        assert own[name].slices == np.count_nonzero(areas)
        (lesion,) = [each for each in lesions if each.name == name]
        assert lesion.voxels == areas.sum()
        assert lesion.slices == (np.flatnonzero(areas)[0], np.flatnonzero(areas)[-1])
    assert (own["sdh"].mean_hu, own["iph"].mean_hu) == (61.0, 70.0)
    assert own["sah"] == type(own["sah"])("sah", 0.0, 0, 0, None, 0.0, None)
    unknown = measure(replace(found, volume=replace(found.volume, intensity="mr")))
    assert {each.mean_hu for each in (*unknown[0], *unknown[1])} == {None}


def test_the_table_has_a_row_a_class_and_a_row_a_lesion(found, tmp_path):
    totals, lesions = measure(found)
    volumes_table(totals, lesions).to_csv(tmp_path / "volumes.csv", index=False)
    table = pd.read_csv(tmp_path / "volumes.csv")
    assert table["class"].tolist() == ["any", "iph", "ivh", "sah", "sdh", "edh", "iph", "sdh"]
    assert table["lesion"].fillna(0).tolist() == [0] * 6 + [1, 1]
    assert table["ml"].iloc[4] == table["ml"].iloc[7] == totals[4].ml
    assert table["feret_mm"].isna().tolist() == [True] * 6 + [False] * 2


def test_lesions_are_numbered_by_size_and_touching_subtypes_are_two(found):
    labels = np.zeros_like(found.labels)
    labels[2, 10:20, 10:20], labels[2, 10:20, 20:30] = 1, 2
    labels[6, 40:44, 40:44], labels[8, 60:80, 60:80] = 1, 1
    _, lesions = measure(replace(found, labels=labels))
    assert [(each.name, each.number, each.voxels) for each in lesions] == [
        ("iph", 1, 400), ("iph", 2, 100), ("iph", 3, 16), ("ivh", 1, 100)
    ]  # fmt: skip


def test_the_diameter_is_that_of_all_pairs_and_of_simpleitk():
    rng = np.random.default_rng(0)
    blob = np.zeros((9, 20, 22), dtype=bool)
    for _ in range(12):
        z, y, x = rng.integers(1, [6, 14, 16])
        blob[z : z + 3, y : y + 5, x : x + 6] = True
    geometry = Geometry.from_affine(np.diag([-0.7, -0.9, 4.0, 1.0]), len(blob))
    shape = lesion_shape(blob, geometry)
    assert shape.feret == pytest.approx(pdist(np.argwhere(blob) * [4.0, 0.9, 0.7]).max(), rel=1e-6)
    image = sitk.GetImageFromArray(blob.astype(np.uint8))
    image.SetSpacing((0.7, 0.9, 4.0))
    theirs = sitk.LabelShapeStatisticsImageFilter()
    theirs.ComputeFeretDiameterOn()
    theirs.Execute(image)
    assert shape.feret == pytest.approx(theirs.GetFeretDiameter(1), rel=1e-9)
    assert shape.ellipsoid == pytest.approx(sorted(theirs.GetEquivalentEllipsoidDiameter(1)), rel=1e-9)


def test_a_single_voxel_has_a_volume_and_no_length(found):
    labels = np.zeros_like(found.labels)
    labels[0, 0, 0] = 1
    (lesion,) = measure(replace(found, labels=labels))[1]
    assert lesion.ml > 0
    assert lesion.feret_mm in {0.0, None}


def test_a_tilted_phantom_has_the_volume_of_its_truth_on_the_regular_grid(tmp_path):
    spec = PhantomSpec(matrix=96, slice_thickness_mm=10, prevalence=1, gantry_tilt_degrees=15)
    write_cohort(spec, [0], tmp_path)
    studies, _ = read_volumes(sorted((tmp_path / "dicom" / "phantom-000").iterdir()))
    volume, image = studies[0].volume, nib.load(tmp_path / "masks" / "phantom-000.nii.gz")
    truth = np.asarray(image.dataobj).T.astype(np.uint8)
    assert truth.shape == volume.hu.shape
    perfect = Found(volume, truth, None, ("iph", "ivh", "sah", "sdh", "edh"), None, "truth", "0")
    even = even_stack(perfect)
    grid_ml = np.count_nonzero(even.labels) * np.prod(even.volume.geometry.spacing) / 1000
    assert measure(perfect)[0][0].ml == pytest.approx(grid_ml, rel=0.03)

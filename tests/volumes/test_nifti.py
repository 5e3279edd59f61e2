"""NIfTI files become volumes in one voxel order, and go back onto their own voxels."""

import ast
import zipfile

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nibabel.orientations import axcodes2ornt, inv_ornt_aff, ornt_transform

from bleedmap.errors import ScanError
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import (
    from_bytes,
    nifti_orientation,
    read_mask,
    read_nifti,
    to_bytes,
    write_like,
    write_nifti,
)
from bleedmap.volumes.zip_member import zip_members

from .conftest import head_hu

AXIS_ORDERS = ["LPS", "RAS", "LAS", "SAR", "PIR", "ALI"]


def geometry(slices=4, tilt=0.2):
    origins = np.arange(slices)[:, None] * np.array([0, tilt, 5.0]) + (-50, -60, 7)
    return Geometry(origins, row_step=np.array([0, 0.6, 0]), column_step=np.array([0.5, 0, 0]))


def save_as(path, array, affine, order):
    """Write a canonical (slices, rows, columns) array with its voxel axes in another order."""
    turn = ornt_transform(axcodes2ornt("LPS"), axcodes2ornt(order))
    voxels = nib.orientations.apply_orientation(array.T, turn)
    nib.save(nib.Nifti1Image(voxels, affine @ inv_ornt_aff(turn, array.T.shape)), path)


def pack(archive, contents):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in contents.items():
            packed.writestr(name, data)
    return archive


def code_of(read, *arguments):
    with pytest.raises(ScanError) as refused:
        read(*arguments)
    assert "pytest" not in str(refused.value)
    return refused.value.code


@pytest.mark.parametrize("order", AXIS_ORDERS)
@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
def test_a_scan_is_the_same_whatever_the_order_and_type_of_its_voxels(tmp_path, order, kind):
    path = tmp_path / "scan.nii.gz"
    save_as(path, head_hu().astype(kind), geometry().affine(), order)
    volume = read_nifti(path)
    np.testing.assert_array_equal(volume.hu, head_hu())
    np.testing.assert_allclose(volume.geometry.origins, geometry().origins, atol=1e-4)
    np.testing.assert_allclose(volume.geometry.spacing, geometry().spacing, atol=1e-5)


def test_a_header_with_a_qform_alone_is_read(tmp_path):
    image = nib.Nifti1Image(head_hu().T, None)
    image.header.set_qform(geometry(tilt=0).affine(), code=1)
    image.header.set_sform(None, code=0)
    nib.save(image, tmp_path / "scan.nii")
    np.testing.assert_allclose(read_nifti(tmp_path / "scan.nii").geometry.origins, geometry(tilt=0).origins, atol=1e-4)


def test_four_axes_with_one_volume_are_read(tmp_path):
    nib.save(nib.Nifti1Image(head_hu().T[..., None], geometry().affine()), tmp_path / "scan.nii")
    np.testing.assert_array_equal(read_nifti(tmp_path / "scan.nii").hu, head_hu())


@pytest.mark.parametrize("tilt", [-18.5, 3.0, 25.0])
@pytest.mark.parametrize("order", ["LPS", "RAS", "ALI"])
def test_the_shear_of_a_tilted_gantry_is_kept_slice_by_slice(tmp_path, tilt, order):
    # the table moves along z by 5 mm a slice while the slices lean by the tilt
    angle = np.radians(tilt)
    origins = np.arange(4)[:, None] * np.array([0, 0, 5.0]) + (-50, -60, 7)
    row_step = 0.6 * np.array([0, np.cos(angle), -np.sin(angle)])
    leaning = Geometry(origins, row_step=row_step, column_step=np.array([0.5, 0, 0]))
    write_nifti(tmp_path / "one.nii.gz", head_hu(), leaning)
    save_as(tmp_path / "two.nii.gz", head_hu(), leaning.affine(), order)
    for name in ("one", "two"):
        found = read_nifti(tmp_path / f"{name}.nii.gz")
        np.testing.assert_array_equal(found.hu, head_hu())
        np.testing.assert_allclose(found.geometry.origins, origins, atol=1e-4)
        np.testing.assert_allclose(found.geometry.row_step, row_step, atol=1e-5)
        assert found.geometry.tilt_degrees() == pytest.approx(abs(tilt), abs=1e-3)
        assert found.geometry.slice_spacing == pytest.approx(5 * np.cos(angle), abs=1e-4)


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz"])
@pytest.mark.parametrize("kind", [nib.Nifti1Image, nib.Nifti2Image])
def test_a_file_in_a_zip_is_read_as_one_on_disk_is(tmp_path, name, kind):
    nib.save(kind(head_hu().T, geometry().affine()), tmp_path / name)
    (member,) = zip_members(pack(tmp_path / "scans.zip", {f"deep/{name}": (tmp_path / name).read_bytes()}))
    inside, outside = read_nifti(member), read_nifti(tmp_path / name)
    np.testing.assert_array_equal(inside.hu, outside.hu)
    np.testing.assert_array_equal(inside.geometry.origins, outside.geometry.origins)
    mask = (head_hu() > 700).astype(np.uint8)
    write_nifti(tmp_path / "mask.nii.gz", mask, geometry())
    (drawn,) = zip_members(pack(tmp_path / "masks.zip", {"mask.nii.gz": (tmp_path / "mask.nii.gz").read_bytes()}))
    np.testing.assert_array_equal(read_mask(drawn, inside), mask)


@pytest.mark.parametrize("name", ["scan.nii", "scan.nii.gz"])
def test_a_broken_file_in_a_zip_is_refused_as_one_on_disk_is(tmp_path, name):
    write_nifti(tmp_path / name, head_hu(rows=60, columns=60), geometry())
    whole = (tmp_path / name).read_bytes()
    for number, content in enumerate((whole[:-3000], b"", b"no scan", b"\x1f\x8bno scan", whole[:200])):
        (tmp_path / name).write_bytes(content)
        (member,) = zip_members(pack(tmp_path / f"{number}.zip", {name: content}))
        assert code_of(read_nifti, member) in {"truncated", "not-nifti"}
        assert code_of(read_nifti, tmp_path / name) in {"truncated", "not-nifti"}


def cormack(hu):
    """Units of templates in which brain tissue is stretched and air is 0 (Rorden's clinical toolbox)."""
    stretched = 900 + 11 * (hu + 100)
    return np.select([hu < -100, hu <= 100], [hu + 1000, stretched], hu + 3000)


@pytest.mark.parametrize("kind", [np.int16, np.float32])
def test_cormack_units_are_not_hu(tmp_path, kind):
    nib.save(nib.Nifti1Image(cormack(head_hu()).astype(kind).T, geometry().affine()), tmp_path / "scan.nii")
    assert code_of(read_nifti, tmp_path / "scan.nii") == "not-hu"


@pytest.mark.parametrize("kind", ["colours", "complex", "flat"])
def test_what_is_no_stack_of_numbers_is_refused(tmp_path, kind):
    if kind == "colours":
        values = np.zeros((10, 12, 4), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    elif kind == "complex":
        values = np.zeros((10, 12, 4), dtype=np.complex64)
    else:
        values = np.zeros((10, 12), dtype=np.int16)
    nib.save(nib.Nifti1Image(values, geometry().affine()), tmp_path / "scan.nii")
    assert code_of(read_nifti, tmp_path / "scan.nii") == ("not-one-volume" if kind == "flat" else "not-hu")


@pytest.mark.real
@pytest.mark.parametrize(("table", "scans"), [("physionet_ct_ich_headers.csv", 75), ("BHSD_headers.csv", 192)])
def test_the_headers_of_public_data_sets_are_read(real_data, tmp_path, table, scans):
    headers = pd.read_csv(real_data / "tables" / table)
    assert len(headers) == scans
    for _, values in headers.iterrows():
        size, steps = ast.literal_eval(values["dim"]), ast.literal_eval(values["pixdim"])
        hu = head_hu(slices=size[3])
        path = tmp_path / "scan.nii"
        path.write_bytes(dumped_header(values, hu).binaryblock + bytes(4) + hu.tobytes())
        found = read_nifti(path)
        assert len(found.hu) == size[3]
        # in which order these are slices, rows and columns is up to the header's directions
        assert sorted(found.geometry.spacing) == pytest.approx(sorted(steps[1:4]), rel=1e-3)
        assert found.geometry.normal[2] > 0.7


def dumped_header(values, hu):
    """A header with the place that a dump tells, for a (slices, rows, columns) array of fewer pixels."""
    header = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape(hu.T.shape)
    for name in ("qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d", "xyzt_units"):
        header[name] = values[name]
    for name in ("qoffset_x", "qoffset_y", "qoffset_z"):
        header[name] = values[name]
    for name in ("pixdim", "srow_x", "srow_y", "srow_z"):
        header[name] = ast.literal_eval(values[name])
    header["vox_offset"] = 352
    header["magic"] = b"n+1"
    return header


def test_several_volumes_are_refused(tmp_path):
    nib.save(nib.Nifti1Image(np.stack([head_hu().T] * 2, axis=3), geometry().affine()), tmp_path / "scan.nii")
    assert code_of(read_nifti, tmp_path / "scan.nii") == "not-one-volume"


def test_signed_numbers_in_an_unsigned_file_are_read(tmp_path):
    nib.save(nib.Nifti1Image(head_hu().view(np.uint16).T, geometry().affine()), tmp_path / "scan.nii")
    np.testing.assert_array_equal(read_nifti(tmp_path / "scan.nii").hu, head_hu())


def test_negative_numbers_that_a_rescale_made_high_are_read_and_told(tmp_path):
    hu = head_hu()
    hu[:, 0] = -2000
    image = nib.Nifti1Image((hu.astype(int) + 1024).astype(np.int16).view(np.uint16).T, geometry().affine())
    image.header.set_slope_inter(1, -1024)
    nib.save(image, tmp_path / "scan.nii")
    volume = read_nifti(tmp_path / "scan.nii")
    np.testing.assert_array_equal(volume.hu, hu.clip(-1024))
    assert volume.flags == ("wrapped-16-bit",)


def test_a_hole_without_numbers_inside_of_a_slice_is_told(tmp_path):
    hu = head_hu().astype(np.float32)
    hu[0, 0, :4] = np.nan
    nib.save(nib.Nifti1Image(hu.T, geometry().affine()), tmp_path / "around.nii")
    hu[0, 5, 5] = np.nan
    nib.save(nib.Nifti1Image(hu.T, geometry().affine()), tmp_path / "inside.nii")
    assert read_nifti(tmp_path / "around.nii").flags == ()
    assert read_nifti(tmp_path / "inside.nii").flags == ("not-a-number",)


def test_what_is_no_number_becomes_air(tmp_path):
    hu = head_hu().astype(np.float32)
    hu[0, 0, 0] = np.nan
    nib.save(nib.Nifti1Image(hu.T, geometry().affine()), tmp_path / "scan.nii")
    assert read_nifti(tmp_path / "scan.nii").hu[0, 0, 0] == -1024


def test_a_skull_stripped_scan_is_hu(tmp_path):
    hu = np.where(head_hu() < 0, 0, head_hu() % 60)
    nib.save(nib.Nifti1Image(hu.astype(np.int16).T, geometry().affine()), tmp_path / "scan.nii")
    read_nifti(tmp_path / "scan.nii")


@pytest.mark.parametrize("kind", ["shifted", "grey", "labels", "empty"])
def test_other_values_than_hu_are_refused(tmp_path, kind):
    hu = head_hu().astype(np.int32)
    values = {
        "shifted": (hu + 1024).astype(np.int16),
        "grey": np.clip(hu / 6, 0, 255).astype(np.uint8),
        "labels": (hu > 50).astype(np.uint8),
        "empty": np.zeros(hu.shape, dtype=np.int16),
    }[kind]
    nib.save(nib.Nifti1Image(values.T, geometry().affine()), tmp_path / "scan.nii")
    assert code_of(read_nifti, tmp_path / "scan.nii") == "not-hu"


def test_a_file_cut_short_is_refused(tmp_path):
    path = tmp_path / "scan.nii.gz"
    write_nifti(path, head_hu(rows=60, columns=60), geometry())
    path.write_bytes(path.read_bytes()[:-200])
    assert code_of(read_nifti, path) == "truncated"


def test_another_file_is_refused(tmp_path):
    (tmp_path / "scan.nii").write_text("not a scan")
    assert code_of(read_nifti, tmp_path / "scan.nii") == "not-nifti"


@pytest.mark.parametrize("kind", ["huge", "tiny", "flat", "endless"])
def test_a_header_that_places_no_voxel_is_refused(tmp_path, kind):
    affine = geometry().affine()
    affine[2, 2] = {"huge": 1e30, "tiny": 1e-30, "flat": 5.0, "endless": np.inf}[kind]
    if kind == "flat":
        affine[:3, 1] = affine[:3, 0]
    image = nib.Nifti1Image(head_hu().T, np.eye(4))
    image.header["srow_x"], image.header["srow_y"], image.header["srow_z"] = affine[:3].astype(np.float32)
    image.header["sform_code"] = 1
    header = image.header.copy()
    header["vox_offset"] = 352
    (tmp_path / "scan.nii").write_bytes(header.binaryblock + bytes(4) + head_hu().tobytes())
    assert code_of(read_nifti, tmp_path / "scan.nii") == "no-position"


@given(place=st.integers(0, 600), byte=st.integers(0, 255))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_byte_ends_in_a_volume_or_a_named_refusal(tmp_path, place, byte):
    path = tmp_path / "scan.nii"
    write_nifti(path, head_hu(), geometry())
    damaged = bytearray(path.read_bytes())
    damaged[place] = byte
    path.write_bytes(bytes(damaged))
    try:
        read_nifti(path)
    except ScanError as error:
        assert "pytest" not in str(error)


@pytest.mark.parametrize("order", AXIS_ORDERS)
def test_a_mask_lies_on_its_scan_whatever_the_order_of_either(tmp_path, order):
    save_as(tmp_path / "scan.nii", head_hu(), geometry().affine(), "RAS")
    mask = (head_hu() > 700).astype(np.uint8) * 3
    save_as(tmp_path / "mask.nii", mask, geometry().affine(), order)
    np.testing.assert_array_equal(read_mask(tmp_path / "mask.nii", read_nifti(tmp_path / "scan.nii")), mask)


@pytest.mark.parametrize(("shift", "fits"), [(0.0, True), (1e-3, True), (1.0, False)])
def test_a_mask_that_lies_elsewhere_is_refused(tmp_path, shift, fits):
    write_nifti(tmp_path / "scan.nii", head_hu(), geometry())
    affine = geometry().affine()
    affine[0, 3] += shift
    save_as(tmp_path / "mask.nii", np.ones_like(head_hu(), dtype=np.uint8), affine, "LPS")
    like = read_nifti(tmp_path / "scan.nii")
    if fits:
        assert read_mask(tmp_path / "mask.nii", like).all()
    else:
        assert code_of(read_mask, tmp_path / "mask.nii", like) == "mask-grid"


def test_a_mask_of_another_shape_is_refused(tmp_path):
    write_nifti(tmp_path / "scan.nii", head_hu(), geometry())
    write_nifti(tmp_path / "mask.nii", np.ones((3, 12, 10), dtype=np.uint8), geometry(3))
    assert code_of(read_mask, tmp_path / "mask.nii", read_nifti(tmp_path / "scan.nii")) == "mask-grid"


@pytest.mark.parametrize("value", [0.5, -1.0, 300.0, np.nan])
def test_a_mask_with_other_than_labels_is_refused(tmp_path, value):
    write_nifti(tmp_path / "scan.nii", head_hu(), geometry())
    write_nifti(tmp_path / "mask.nii", np.full(head_hu().shape, value, dtype=np.float32), geometry())
    assert code_of(read_mask, tmp_path / "mask.nii", read_nifti(tmp_path / "scan.nii")) == "mask-values"


@pytest.mark.parametrize("kind", [np.int16, np.uint8, np.float32])
def test_bytes_are_the_same_each_time_and_give_the_array_back(kind):
    array = np.abs(head_hu() % 200).astype(kind)
    data = to_bytes(array, geometry())
    assert data == to_bytes(array.copy(), geometry())
    again, affine = from_bytes(data)
    assert again.dtype == kind
    np.testing.assert_array_equal(again, array)
    np.testing.assert_allclose(affine, geometry().affine(), atol=1e-5)


@pytest.mark.parametrize("order", AXIS_ORDERS)
def test_a_prediction_is_written_on_the_voxels_of_its_source(tmp_path, order):
    save_as(tmp_path / "scan.nii.gz", head_hu(), geometry().affine(), order)
    mask = (head_hu() > 700).astype(np.uint8)
    write_like(tmp_path / "mask.nii.gz", mask, tmp_path / "scan.nii.gz")
    source, written = nib.load(tmp_path / "scan.nii.gz"), nib.load(tmp_path / "mask.nii.gz")
    assert written.shape == source.shape
    np.testing.assert_array_equal(written.affine, source.affine)
    np.testing.assert_array_equal(np.asarray(written.dataobj) == 1, np.asarray(source.dataobj) > 700)
    assert nifti_orientation(tmp_path / "mask.nii.gz").tolist() == nifti_orientation(tmp_path / "scan.nii.gz").tolist()


def test_a_prediction_of_another_shape_is_not_written(tmp_path):
    write_nifti(tmp_path / "scan.nii.gz", head_hu(), geometry())
    mask = np.zeros((4, 12, 11), dtype=np.uint8)
    assert code_of(write_like, tmp_path / "mask.nii.gz", mask, tmp_path / "scan.nii.gz") == "mask-grid"
    assert not (tmp_path / "mask.nii.gz").exists()

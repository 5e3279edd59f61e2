"""What headers and millimetres claim is held against the budget of a scan before anything is allocated."""

import gzip
import io
import struct
import tracemalloc
import zlib
from dataclasses import replace

import nibabel as nib
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGBaseline8Bit

from bleedmap.config.slices import SliceSpec
from bleedmap.errors import ScanError
from bleedmap.slices.resample_scan import resample_scan
from bleedmap.volumes.budget import scan_budget
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.dicom.claims import check_claims
from bleedmap.volumes.dicom.file import read_slices
from bleedmap.volumes.dicom.study import read_study
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import read_mask, read_nifti, write_nifti
from bleedmap.volumes.picture import read_grey
from bleedmap.volumes.regular import to_regular

from .conftest import edit, head_hu, read_one, write_series

MB = 1_000_000


def refused(read, *arguments):
    """Code of a refusal, and the most memory that was held until it came, MB."""
    tracemalloc.start()
    try:
        with pytest.raises(ScanError) as fault:
            read(*arguments)
        return fault.value.code, tracemalloc.get_traced_memory()[1] / MB
    finally:
        tracemalloc.stop()


def nifti(shape, content=b"", *, two=False):
    """A NIfTI file that claims a shape and holds something else."""
    header = (nib.Nifti2Header if two else nib.Nifti1Header)()
    header.set_data_dtype(np.int16)
    header.set_data_shape(shape)
    header.set_sform(np.diag([0.5, 0.5, 2.0, 1.0]), code=1)
    header["magic"] = header.single_magic
    header["vox_offset"] = header.single_vox_offset
    return header.binaryblock + bytes(4) + content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (nifti((10, 12, 16_711_684), bytes(1000), two=True), "too-large"),
        (nifti((512, 512, 4000), bytes(1000)), "too-large"),
        (nifti((512, 512, 400), bytes(1000)), "truncated"),
        (gzip.compress(nifti((512, 512, 4000), bytes(1000))), "too-large"),
        (gzip.compress(nifti((512, 512, 300), bytes(1000))), "truncated"),
    ],
    ids=["pair", "plain", "short", "packed", "packed-short"],
)
def test_a_nifti_that_claims_more_than_it_holds_is_refused_without_the_memory(tmp_path, content, code):
    (tmp_path / "scan.nii").write_bytes(content)
    assert refused(read_nifti, tmp_path / "scan.nii") == (code, pytest.approx(0, abs=2))


def test_a_gzip_that_unpacks_to_more_than_a_scan_may_take_is_refused_by_its_header(tmp_path):
    (tmp_path / "scan.nii.gz").write_bytes(gzip.compress(nifti((256, 256, 100), bytes(256 * 256 * 200)), 1))
    with scan_budget(10):
        assert refused(read_nifti, tmp_path / "scan.nii.gz") == ("too-large", pytest.approx(0, abs=2))


def test_a_scaled_nifti_takes_no_more_memory_than_its_numbers_and_its_hu(tmp_path):
    image = nib.Nifti1Image(np.tile(head_hu(60, 60, 60).T, (1, 1, 1)).astype(np.int16), np.diag([0.5, 0.5, 2, 1]))
    image.header.set_slope_inter(1.0, 0.5)
    nib.save(image, tmp_path / "scan.nii")
    tracemalloc.start()
    hu = read_nifti(tmp_path / "scan.nii").hu
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * hu.nbytes  # as float64 and float32 copies it was ten times


def test_the_checksum_of_a_gzip_is_held_against_what_came_out(tmp_path):
    write_nifti(tmp_path / "scan.nii.gz", head_hu(), Geometry.from_affine(np.diag([-0.5, -0.5, 5.0, 1.0]), 4))
    damaged = bytearray((tmp_path / "scan.nii.gz").read_bytes())
    damaged[-8] ^= 1
    (tmp_path / "scan.nii.gz").write_bytes(bytes(damaged))
    assert refused(read_nifti, tmp_path / "scan.nii.gz")[0] == "truncated"


def test_a_mask_is_refused_by_its_header_as_a_scan_is(tmp_path):
    (tmp_path / "mask.nii").write_bytes(nifti((512, 512, 4000)))
    like = CtVolume(head_hu(), Geometry.from_affine(np.eye(4), 4))
    assert refused(read_mask, tmp_path / "mask.nii", like)[0] == "too-large"


@pytest.mark.parametrize("name", ["scan.nii", "slice.dcm", "slice.png"])
def test_a_file_of_holes_is_refused_by_its_size(tmp_path, name):
    Image.new("L", (8, 8)).save(tmp_path / "slice.png")
    (tmp_path / "scan.nii").write_bytes(nifti((8, 8, 8), bytes(1024)))
    (tmp_path / "slice.dcm").write_bytes(b"")
    with (tmp_path / name).open("r+b") as file:
        file.truncate(100 * 2**30)
    if name == "scan.nii":  # of which only what the header tells is read
        assert refused(read_nifti, tmp_path / name) == ("not-hu", pytest.approx(0, abs=2))
    elif name == "slice.png":
        assert refused(read_grey, tmp_path / name, (40, 80)) == ("too-large", pytest.approx(0, abs=2))
    else:
        assert refused(read_one, [tmp_path / name]) == ("too-large", pytest.approx(0, abs=2))


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize("size", [(13_300, 13_300), (30_000, 30_000), (40_000, 1)])
def test_a_picture_larger_than_a_slice_is_refused_by_its_header(tmp_path, size):
    header = struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
    content = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )
    (tmp_path / "slice.png").write_bytes(content)
    assert refused(read_grey, tmp_path / "slice.png", (40, 80)) == ("too-large", pytest.approx(0, abs=2))


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "BMP", "PPM"])
def test_another_format_under_the_name_of_a_png_is_no_picture(tmp_path, kind):
    Image.new("L", (8, 8)).save(tmp_path / "slice.png", kind)
    assert refused(read_grey, tmp_path / "slice.png", (40, 80))[0] == "not-a-picture"


def test_a_deflated_file_is_unpacked_as_far_as_the_budget_goes(tmp_path):
    (bomb, *_), plain = write_series(tmp_path / "bomb", head_hu(2)), write_series(tmp_path / "plain", head_hu())
    edit(bomb, PixelData=bytes(60 * MB))
    for path in (bomb, *plain):
        data = pydicom.dcmread(path)
        data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        data.save_as(path)
    assert bomb.stat().st_size < MB
    with scan_budget(10):
        assert refused(read_one, [bomb]) == ("too-large", pytest.approx(0, abs=12))
        np.testing.assert_array_equal(read_one(plain).volume.hu, head_hu())


@pytest.mark.parametrize(("kind", "syntax"), [("JPEG2000", JPEG2000Lossless), ("JPEG", JPEGBaseline8Bit)])
@pytest.mark.parametrize("size", [(10, 12), (10, 400), (400, 12)])
def test_compressed_pixels_of_another_size_than_the_header_says_reach_no_decoder(tmp_path, kind, syntax, size):
    stream = io.BytesIO()
    Image.new("L", size, 50).save(stream, kind)
    (file,) = write_series(tmp_path, head_hu(1), BitsAllocated=8, BitsStored=8, HighBit=7)
    (one,) = read_slices(file, "hu")
    pixels = replace(one.pixels, transfer_syntax=syntax)
    if size == (10, 12):
        check_claims(encapsulate([stream.getvalue()]), pixels)
    else:
        assert refused(check_claims, encapsulate([stream.getvalue()]), pixels)[0] == "unreadable"


def test_a_study_of_many_series_is_refused_from_where_they_are_more_than_a_scan_may_take(tmp_path):
    files = [
        path
        for number in range(8)
        for path in write_series(tmp_path / str(number), head_hu(8, 60, 60), uid=f"1.2.3.{number}")
    ]
    last = write_series(tmp_path / "last", head_hu(30, 60, 60), uid="1.2.3.9")
    with scan_budget(1):
        assert read_one(last).volume.hu.shape == (30, 60, 60)
        found, faults = read_study([*files, *last])
    assert len(found) == 8
    assert {fault.code for fault in faults} == {"too-large"}


def test_slices_that_are_small_files_but_a_large_volume_are_refused_by_their_headers(tmp_path):
    few = write_series(tmp_path / "few", head_hu(8, 60, 60))
    many = write_series(tmp_path / "many", head_hu(50, 60, 60), heights=np.arange(50) * 5.0)
    with scan_budget(1):
        assert read_one(few).volume.hu.shape == (8, 60, 60)
        assert refused(read_one, many)[0] == "too-large"


@pytest.mark.parametrize(
    "tags",
    [
        {"pixel": (0.01, 0.01)},
        {"pixel": (30.0, 0.5)},
        {"pixel": (19.0, 19.0), "size": (60, 60)},
        {"heights": [0, 5, 10, 99_999]},
        {"heights": [0, 5, 10, 150]},
        {"heights": [0, 0.02, 0.04, 0.06]},
    ],
)
def test_geometry_that_no_head_has_is_refused_at_the_door(tmp_path, tags):
    files = write_series(tmp_path / "dicom", head_hu(4, *tags.pop("size", (12, 10))), **tags)
    code, peak = refused(read_one, files)
    assert (code, peak) == ("no-head-size", pytest.approx(0, abs=5))


@pytest.mark.parametrize("affine", [(0.02, 0.5, 5), (0.5, 0.5, 0.02), (0.5, 90.0, 5), (95.0, 0.5, 5)])
def test_a_nifti_of_no_head_is_refused_at_the_door(tmp_path, affine):
    image = nib.Nifti1Image(head_hu().T, np.diag([-affine[0], -affine[1], affine[2], 1.0]))
    nib.save(image, tmp_path / "scan.nii")
    assert refused(read_nifti, tmp_path / "scan.nii")[0] == "no-head-size"


def test_a_thin_scan_of_a_head_fits_into_the_budget_of_the_default(tmp_path):
    (tmp_path / "scan.nii").write_bytes(nifti((512, 512, 400)))
    assert refused(read_nifti, tmp_path / "scan.nii")[0] == "truncated"  # and not too-large


def volume(origins, pixel_mm=0.5):
    steps = np.array([0, pixel_mm, 0]), np.array([pixel_mm, 0, 0])
    return CtVolume(np.zeros((len(origins), 12, 10), np.int16), Geometry(np.array(origins, float), *steps))


def test_what_would_be_computed_out_of_millimetres_is_asked_for_before(tmp_path):
    with scan_budget(1):
        assert refused(to_regular, volume([(0, 0, 0), (0, 0, 0.05), (0, 0, 0.1), (0, 0, 900)]))[0] == "too-large"
        assert refused(to_regular, volume([(0, 0, 0), (0, 40000, 5), (0, 0, 10)]))[0] == "too-large"
        fine, brain = volume([(0, 0, 0), (0, 0, 5)], pixel_mm=0.1), np.zeros((2, 12, 10), np.uint8)
        assert refused(resample_scan, fine, brain, SliceSpec(size=32))[0] == "too-large"

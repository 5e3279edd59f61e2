"""One folder a fault of DICOM scans, made by code, with what ingestion should say of it."""

import os
from collections import namedtuple

import numpy as np
import pydicom
from pydicom.encaps import encapsulate
from pydicom.fileset import FileSet
from pydicom.uid import RLELossless

from .conftest import edit, head_hu, tilted, write_enhanced, write_series

HU = head_hu(8)
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"


# makes the folder; what the table of refused inputs tells; flags of the scan that is kept, None where none is
Fault = namedtuple("Fault", "write codes flags")
FAULTS = {}


def fault(*codes, flags=None):
    def register(write):
        kept = None if flags is None else frozenset(flags)
        FAULTS[write.__name__] = Fault(write, frozenset(codes), kept)
        return write

    return register


def cut(path, by=50):
    path.write_bytes(path.read_bytes()[:-by])


def headless(path):
    data = pydicom.dcmread(path)
    del data.file_meta
    data.preamble = None
    pydicom.dcmwrite(path, data, implicit_vr=False, little_endian=True)


@fault("not-dicom")
def a_note(folder):
    (folder / "note.txt").write_text("secret-patient was here")


@fault("not-dicom")
def an_empty_file(folder):
    (folder / "empty.dcm").write_bytes(b"")


@fault("not-dicom")
def files_without_preamble(folder):
    for path in write_series(folder, HU):
        headless(path)


@fault("no-images")
def nothing_at_all(folder):
    pass


@fault("no-access")
def a_link_to_nowhere(folder):
    (folder / "slice.dcm").symlink_to(folder / "gone.dcm")


@fault("no-access", flags=())
def a_pipe_beside_the_slices(folder):
    write_series(folder, HU)
    os.mkfifo(folder / "pipe")


@fault("no-images")
def the_index_of_a_disc_alone(folder):
    disc = FileSet()
    for path in write_series(folder / "tmp", HU):
        edit(path, StudyInstanceUID="1.2.3.1", StudyDate="20200101", StudyTime="1200", StudyID="1", SeriesNumber=1)
        disc.add(path)
    disc.write(folder / "disc")
    (folder / "disc" / "DICOMDIR").rename(folder / "DICOMDIR")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "DICOMDIR":
            path.unlink()


@fault("not-ct")
def another_modality(folder):
    write_series(folder, HU, Modality="MR")


@fault("not-ct")
def a_structured_report(folder):
    tags = {"SOPClassUID": COMPREHENSIVE_SR, "Modality": "SR", "PixelData": None, "Rows": None, "Columns": None}
    write_series(folder, HU[:1], **tags)


@fault("not-an-image-slice")
def a_screen_shot(folder):
    write_series(
        folder,
        HU[:1],
        SOPClassUID=SECONDARY_CAPTURE,
        PhotometricInterpretation="RGB",
        SamplesPerPixel=3,
        PlanarConfiguration=0,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        ImagePositionPatient=None,
        PixelData=bytes(360),
    )


@fault("not-an-image-slice", flags=())
def a_dose_report_in_the_series(folder):
    files = write_series(folder, HU)
    report = folder / "report.dcm"
    report.write_bytes(files[0].read_bytes())
    edit(report, SOPClassUID=SECONDARY_CAPTURE, SOPInstanceUID="1.2.9", ImagePositionPatient=None)


@fault("not-an-image-slice")
def colour_slices(folder):
    write_series(folder, HU, PhotometricInterpretation="RGB", SamplesPerPixel=3, PixelData=bytes(720))


@fault("localizer")
def a_scout_alone(folder):
    write_series(folder, HU[:1], ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])


@fault(flags=["scouts-dropped"])
def a_scout_in_the_series(folder):
    edit(write_series(folder, HU)[0], ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])


@fault("single-slice")
def a_slice_alone(folder):
    write_series(folder, HU[:1])


@fault("no-position")
def no_position(folder):
    write_series(folder, HU, ImagePositionPatient=None)


@fault("no-position")
def no_orientation(folder):
    write_series(folder, HU, ImageOrientationPatient=None)


@fault("no-position")
def no_pixel_spacing(folder):
    write_series(folder, HU, PixelSpacing=None)


@fault("no-position")
def no_pixel_size(folder):
    write_series(folder, HU, pixel=(0, 0))


@fault("no-position")
def a_pixel_size_that_is_no_number(folder):
    write_series(folder, HU, pixel=(float("nan"), 0.5))


@fault("no-position")
def rows_along_columns(folder):
    write_series(folder, HU, orientation=(1, 0, 0, 1, 0, 0))


@fault("no-position")
def a_head_a_thousand_kilometres_away(folder):
    write_series(folder, HU, corner=(-50, 1e9))


@fault("no-position", flags=["missing-slices", "unreadable-slices"])
def one_slice_without_position(folder):
    edit(write_series(folder, HU)[3], ImagePositionPatient=None)


@fault("no-rescale")
def no_slope(folder):
    write_series(folder, HU, RescaleSlope=None)


@fault("no-rescale")
def no_intercept(folder):
    write_series(folder, HU, RescaleIntercept=None)


@fault("no-rescale")
def a_slope_of_zero(folder):
    write_series(folder, HU, RescaleSlope=0)


@fault("monochrome1")
def inverted_grey(folder):
    write_series(folder, HU, PhotometricInterpretation="MONOCHROME1")


@fault("not-hu")
def effective_atomic_numbers(folder):
    write_series(folder, HU, RescaleType="Z_EFF")


@fault("not-hu")
def a_window_burnt_in(folder):
    write_series(folder, HU.clip(0, 80) * 255 // 80, intercept=0.0, RescaleType="US")


@fault("not-hu")
def an_intercept_lost(folder):
    write_series(folder, HU, RescaleIntercept=0)


@fault("pixel-format")
def no_rows(folder):
    write_series(folder, HU, Rows=None)


@fault("pixel-format")
def more_columns_than_memory(folder):
    write_series(folder, HU, Rows=65000, Columns=65000)


@fault("pixel-format")
def pixels_of_32_bits(folder):
    write_series(folder, HU, BitsAllocated=32)


@fault("pixel-format")
def more_bits_stored_than_there_are(folder):
    write_series(folder, HU, BitsStored=17)


@fault("truncated")
def headers_that_announce_more_than_there_is(folder):
    write_series(folder, HU, Rows=4096, Columns=4096)


@fault("pixel-length")
def more_pixels_than_the_header_announces(folder):
    for path in write_series(folder, HU):
        edit(path, Rows=10)


@fault("interleaved-stacks")
def two_stacks_between_each_other(folder):
    heights = np.sort([*range(0, 20, 5), *np.arange(4) * 5 + 2.2])
    write_series(folder, HU, heights=heights)


@fault("truncated")
def no_pixels(folder):
    write_series(folder, HU, PixelData=None)


@fault("truncated")
def half_the_files_cut_short(folder):
    for path in write_series(folder, HU)[::2]:
        cut(path)


@fault("truncated", flags=["missing-slices", "unreadable-slices"])
def one_file_cut_short(folder):
    cut(write_series(folder, HU)[4])


@fault("unreadable", flags=["missing-slices"])
def one_file_cut_in_its_header(folder):
    path = write_series(folder, HU)[4]
    path.write_bytes(path.read_bytes()[:420])


@fault("compressed")
def a_compression_nobody_reads(folder):
    for path in write_series(folder, HU):
        data = pydicom.dcmread(path)
        data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.100"
        data.PixelData = encapsulate([b"\xff\xd8\xff\xd9" * 4])
        data["PixelData"].is_undefined_length = True
        data.save_as(path)


@fault("unreadable", flags=["missing-slices", "unreadable-slices"])
def one_slice_badly_compressed(folder):
    path = write_series(folder, HU)[4]
    data = pydicom.dcmread(path)
    data.compress(RLELossless)
    data.PixelData = encapsulate([bytes(30)])
    data.save_as(path)


@fault("not-axial")
def coronal_slices(folder):
    write_series(folder, HU, orientation=(1, 0, 0, 0, 0, -1))


@fault("not-axial", flags=())
def coronal_slices_in_the_axial_series(folder):
    write_series(folder / "a", HU, uid="1.2.3")
    write_series(folder / "b", HU, uid="1.2.3", first=20, orientation=(1, 0, 0, 0, 0, -1))


@fault("single-slice", flags=["missing-slices"])
def one_slice_turned(folder):
    edit(write_series(folder, HU)[3], ImageOrientationPatient=tilted(10))


@fault("single-slice", flags=["missing-slices"])
def one_slice_of_another_matrix(folder):
    edit(write_series(folder, HU)[3], Rows=10)


@fault("single-slice", flags=["missing-slices"])
def one_slice_of_another_pixel_size(folder):
    edit(write_series(folder, HU)[3], PixelSpacing=[0.7, 0.5])


@fault("single-slice", flags=["missing-slices"])
def one_slice_of_another_patient(folder):
    edit(write_series(folder, HU)[3], PatientID="secret-other")


@fault("duplicate-slices")
def two_different_slices_at_one_place(folder):
    write_series(folder, HU, heights=[0, 5, 10, 10, 15, 20, 25, 30])


@fault(flags=["copies-dropped"])
def copies_of_the_slices(folder):
    for path in write_series(folder, HU):
        path.with_name(f"again-{path.name}").write_bytes(path.read_bytes())


@fault("several-phases")
def every_position_three_times(folder):
    for phase in range(3):
        write_series(folder / str(phase), head_hu(8, seed=phase), uid="1.2.3", first=20 * phase + 1)


@fault(flags=["shared-keys"])
def one_name_for_all_slices(folder):
    for path in write_series(folder, HU):
        edit(path, SOPInstanceUID="1.2.3.4")


@fault(flags=["missing-slices"])
def a_slice_missing(folder):
    write_series(folder, HU)[3].unlink()


@fault(flags=["uneven"])
def thin_slices_below_and_thick_ones_above(folder):
    write_series(folder, HU, heights=[0, 3, 6, 9, 12, 17, 22, 27])


@fault(flags=["tilted"])
def a_tilted_gantry(folder):
    write_series(folder, HU, orientation=tilted(18))


@fault(flags=["shifted"])
def a_slice_pushed_aside(folder):
    edit(write_series(folder, HU)[3], ImagePositionPatient=[-45, -60, 15])


@fault(flags=["wrapped-12-bit"])
def signed_values_stored_unsigned(folder):
    write_series(folder, np.where(HU < 0, HU + 4096, HU), intercept=0.0, bits=12)


@fault(flags=["lossy"])
def once_compressed_with_loss(folder):
    write_series(folder, HU, LossyImageCompression="01")


@fault("multi-frame")
def many_frames_in_a_plain_ct(folder):
    write_series(folder, HU, NumberOfFrames=3)


@fault("truncated")
def an_enhanced_file_cut_short(folder):
    cut(write_enhanced(folder / "all.dcm", HU, heights=np.arange(8) * 5))


@fault("unreadable")
def an_enhanced_file_without_frame_descriptions(folder):
    edit(write_enhanced(folder / "all.dcm", HU, heights=np.arange(8) * 5), PerFrameFunctionalGroupsSequence=None)


@fault("no-position", flags=["missing-slices", "unreadable-slices"])
def an_enhanced_file_with_a_frame_nowhere(folder):
    path = write_enhanced(folder / "all.dcm", HU, heights=np.arange(8) * 5)
    data = pydicom.dcmread(path)
    del data.PerFrameFunctionalGroupsSequence[3].PlanePositionSequence
    data.save_as(path)

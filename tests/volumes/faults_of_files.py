"""Files that are no slices of a CT, or of which a part is missing."""

import os

import numpy as np
import pydicom
from pydicom.encaps import encapsulate
from pydicom.fileset import FileSet
from pydicom.uid import RLELossless

from .conftest import edit, write_enhanced, write_series
from .dicom_fault import HU, fault

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"


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


@fault(flags=["lossy"])
def once_compressed_with_loss(folder):
    write_series(folder, HU, LossyImageCompression="01")


@fault("truncated")
def an_enhanced_file_cut_short(folder):
    cut(write_enhanced(folder / "all.dcm", HU, heights=np.arange(8) * 5))


@fault("unreadable")
def an_enhanced_file_without_frame_descriptions(folder):
    edit(write_enhanced(folder / "all.dcm", HU, heights=np.arange(8) * 5), PerFrameFunctionalGroupsSequence=None)

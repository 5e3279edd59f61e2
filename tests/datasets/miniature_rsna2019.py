"""A small copy of RSNA 2019 in its own layout: simulated heads with the bare headers of the public files."""

from pathlib import Path

import numpy as np
from pydicom import config
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from bleedmap.config.datasets import PhantomSpec
from tests.heads import made_head

KINDS = ("epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural")  # order of the public table
TRUTH_VALUES = {"epidural": 5, "intraparenchymal": 1, "intraventricular": 2, "subarachnoid": 3, "subdural": 4}
# patient, study and series of every head: patient 0 has two studies, study 2 has two series
HEADS = ((0, 0, 0), (0, 1, 1), (1, 2, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (4, 5, 6), (5, 6, 7))
SHORT = "ID_6431af929"  # the one image of the public set whose pixels are cut short


def cohort(seed: int) -> PhantomSpec:
    """Phantom cohort whose first subjects are the heads."""
    return PhantomSpec(seed=seed, prevalence=0.75, matrix=64, slice_thickness_mm=10, gantry_tilt_degrees=0)


def ids(seed: int) -> tuple[list[str], list[str], list[str]]:
    """Ids of patients, studies and series by their numbers in ``HEADS``."""
    rng = np.random.default_rng(seed)
    patients, studies, series = ([new_id(rng, digits) for _ in range(8)] for digits in (8, 10, 10))
    return patients, studies, series


def new_id(rng: np.random.Generator, digits: int) -> str:
    """An id of the public form."""
    return f"ID_{rng.integers(16**digits):0{digits}x}"


def write(folder: Path, seed: int) -> None:
    """Write 8 scans of 6 patients, 14 slices of 64 x 64 pixels each; 6 of the scans bleed.

    The public set's oddities are there too: scan 1 has wrapped 12-bit pixels, scan 4 has a background of -2000, the
    top slice of scan 2 is cut short, and the rows of one image stand in the table twice.

    Args:
        folder: becomes the root of the data set.
        seed: of heads, ids and the order of the table.
    """
    rng = np.random.default_rng([seed, 1])
    patients, studies, series = ids(seed)
    (folder / "stage_2_train").mkdir(parents=True)
    (folder / "stage_2_test").mkdir()
    blocks = []
    for number, (patient, study, one_series) in enumerate(HEADS):
        head = made_head(cohort(seed), number)
        for place, (hu, truth) in enumerate(zip(head.hu, head.truth, strict=True)):
            image = SHORT if number == 2 and place == len(head.hu) - 1 else new_id(rng, 9)
            data = slice_data(hu, place, head.spacing, is_wrapped=number == 1, has_circle=number == 4)
            with config.disable_value_validation():  # the public ids are no valid UIDs
                data.SOPInstanceUID, data.PatientID = image, patients[patient]
                data.StudyInstanceUID, data.SeriesInstanceUID = studies[study], series[one_series]
            if image == SHORT:
                data.PixelData = data.PixelData[:-1000]
            save(data, folder / "stage_2_train" / f"{image}.dcm")
            blocks.append(label_rows(image, truth))
    blocks.append(blocks[0])
    rng.shuffle(blocks)
    lines = [line for block in blocks for line in block]
    (folder / "stage_2_train.csv").write_text("ID,Label\n" + "".join(f"{line}\n" for line in lines))


def label_rows(image, truth):
    """Six rows of an image, from its truth."""
    values = [int((truth == TRUTH_VALUES[kind]).any()) for kind in KINDS]
    named = zip((*KINDS, "any"), (*values, max(values)), strict=True)
    return [f"{image}_{kind},{value}" for kind, value in named]


def slice_data(hu, place, spacing, *, is_wrapped=False, has_circle=False):
    """A slice with nothing in its header but what the public files have."""
    slice_mm, row_mm, column_mm = spacing
    rows, columns = hu.shape
    stored, intercept, bits, is_signed = hu.astype(np.int32) + 1024, -1024, 16, 1
    if is_wrapped:  # HU went into unsigned 12-bit numbers, so air came out at the top
        stored, intercept, bits, is_signed = np.maximum(hu.astype(np.int32), -1000) % 4096, 0, 12, 0
    if has_circle:  # outside of the scanned circle nothing was reconstructed
        row, column = np.mgrid[:rows, :columns]
        stored = np.where(np.hypot(row - rows / 2, column - columns / 2) > rows / 2, -2000, hu.astype(np.int32))
        intercept = 0
    data = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.TransferSyntaxUID = CTImageStorage, ExplicitVRLittleEndian
    data.Modality, data.StudyID = "CT", ""
    data.ImagePositionPatient = [-columns * column_mm / 2, -rows * row_mm / 2, place * slice_mm]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns, data.PixelSpacing = rows, columns, [row_mm, column_mm]
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, bits, bits - 1, is_signed
    data.WindowCenter, data.WindowWidth = 40, 80
    data.RescaleIntercept, data.RescaleSlope = intercept, 1
    data.PixelData = stored.astype("<i2" if is_signed else "<u2").tobytes()
    return data


def save(data, file):
    """Write a data set, whatever its UIDs look like."""
    with config.disable_value_validation():
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.save_as(file, enforce_file_format=True)

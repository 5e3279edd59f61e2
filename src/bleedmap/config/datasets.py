"""Data sets: where scans and labels come from. One model an adapter in ``bleedmap/datasets``."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bleedmap.config.dataset_base import DatasetSpec
from bleedmap.config.dicom_datasets import Cq500BhxSpec, Rsna2019Spec
from bleedmap.config.nifti_datasets import BhsdSpec, Instance2022Spec, PhysionetCtIchSpec

PictureWindow = tuple[float, Annotated[float, Field(gt=0)]] | Literal["auto"]
WINDOW_DESCRIPTION = (
    "window level and width the grey values were made with, HU; auto: told for each picture by its brain, taken to be "
    "31 HU at its commonest, and by fluid beside it, 10 HU"
)


class PhantomSpec(DatasetSpec):
    """The embedded data set: MNI152 anatomy turned into head CT, written as DICOM (docs/phantom.md)."""

    adapter: Literal["phantom"] = "phantom"
    subjects: int = Field(60, ge=2, description="number of subjects, one scan each")
    seed: int = Field(1, ge=0, description="seed of the cohort; subject i depends on (seed, i) alone")
    prevalence: float = Field(0.7, ge=0, le=1, description="share of subjects with a bleed")
    label_noise: float = Field(
        0.0, ge=0, lt=1, description="share of recorded slice labels that are flipped; voxel truth stays right"
    )
    matrix: int = Field(256, ge=64, le=512, description="rows and columns, pixels")
    field_of_view_mm: float | None = Field(
        None, ge=150, le=350, description="side of the reconstructed square, mm; null: drawn, as in real headers"
    )
    slice_thickness_mm: float | None = Field(
        None, ge=1, le=10, description="slice thickness and gap, mm; null: drawn, as in real headers, mostly 5"
    )
    gantry_tilt_degrees: float | None = Field(
        None, ge=-30, le=30, description="tilt of the gantry, degrees; null: drawn, as in real headers, 0 in half"
    )
    modality: Literal["ct", "mr"] = Field(
        "ct", description="ct: bleeds in HU; mr: T2-like contrast with bright infarcts, see docs/mri.md"
    )


class FolderSpec(DatasetSpec):
    """Scans of your own (a folder or zip of DICOM files, or a NIfTI file each) with one table of labels."""

    adapter: Literal["folder"] = "folder"
    root: Path = Field(
        description="folder or .zip whose entries are a scan each: a folder tree of DICOM files, a .zip of one, or a "
        ".nii/.nii.gz file; DICOM files beside them make one more scan with the name of the root. Or a .txt that lists "
        "such entries, one path a line, relative to itself or absolute"
    )
    labels: Path | None = Field(
        None,
        description="CSV with column scan, any of hemorrhage, iph, ivh, sah, sdh, edh (0, 1 or empty), and perhaps "
        "slice and subject; slice is the 0-based index from the foot, the DICOM file name or the SOP instance UID, "
        "and a row without it is about the whole scan. None: no labels",
    )
    masks: Path | None = Field(None, description="folder of <scan>.nii.gz voxel truth on the scan's own grid")
    mask_values: Literal["binary", "subtypes"] = Field(
        "binary",
        description="what masks hold: binary, above 0 is blood; subtypes, 1 IPH, 2 IVH, 3 SAH, 4 SDH, 5 EDH",
    )
    series: Literal["all", "one"] = Field(
        "all",
        description="all: every axial series of a study is a scan; one: the smooth series whose slice gap is "
        "nearest to 5 mm, and of those the longest",
    )
    modality: Literal["ct", "mr"] = Field(
        "ct",
        description="what the scans are: ct, in Hounsfield units, other images are refused; mr, whose signal is "
        "freed of shading and brought to a scale of 0 to 200, CT is refused (docs/mri.md)",
    )
    public_names: bool = Field(
        False, description="whether file and folder names may be shown; otherwise ids are keyed hashes of them"
    )

    @model_validator(mode="after")
    def _one_series_of_ct(self) -> Self:
        if self.modality == "mr" and self.series == "one":
            msg = (
                "series: one chooses by the noise of CT, and an MR study has a series a contrast; keep series: all, "
                "and give the series that you mean as entries of their own"
            )
            raise ValueError(msg)
        return self


class PngSlicesSpec(DatasetSpec):
    """Single slices as pictures, PNG or JPEG, without HU, pixel size or patient ids."""

    adapter: Literal["png_slices"] = "png_slices"
    root: Path = Field(description="folder of <id>.png, <id>.jpg or <id>.jpeg, grey or coloured, 8 or 16 bits")
    labels: str = Field("labels.csv", description="table in root with columns id, hemorrhage (0 or 1)")
    id_digits: int = Field(
        0, ge=0, le=20, description="digits of an id in file names; shorter ids in tables are filled up with zeros"
    )
    groups: str | None = Field(
        None, description="table in root with columns id, group; slices of one group are split together, for patients"
    )
    masks: str | None = Field(
        None, description="folder in root of <id>.png (or .jpg) voxel truth, from half brightness blood"
    )
    window: PictureWindow = Field("auto", description=WINDOW_DESCRIPTION)
    public_names: bool = Field(False, description="whether file names may be shown; otherwise ids are keyed hashes")


class HeadCtPngSpec(DatasetSpec):
    """Kaggle's "Head CT - hemorrhage": 200 slices as pictures, one label each, no patient ids."""

    adapter: Literal["head_ct_png"] = "head_ct_png"
    root: Path = Field(description="folder of labels.csv and head_ct, as unpacked, or head_ct/head_ct itself")
    groups: str | None = Field(
        None,
        description="table beside labels.csv with columns id, group; slices of one group are split together. None: "
        "every slice counts as a patient, though neighbours are not marked",
    )
    masks: str | None = Field(
        None, description="folder beside labels.csv of <id>.png voxel truth, above 0 blood; the set itself has none"
    )
    window: PictureWindow = Field("auto", description=WINDOW_DESCRIPTION)
    public_names: bool = Field(True, description="whether file names may be shown; otherwise ids are keyed hashes")


AnyDataset = Annotated[
    PhantomSpec
    | FolderSpec
    | PngSlicesSpec
    | HeadCtPngSpec
    | Rsna2019Spec
    | PhysionetCtIchSpec
    | Instance2022Spec
    | Cq500BhxSpec
    | BhsdSpec,
    Field(discriminator="adapter"),
]

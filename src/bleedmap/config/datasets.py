"""Data sets: where scans and labels come from. One model an adapter in ``bleedmap/datasets``."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bleedmap.config.base import Spec


class DatasetSpec(Spec):
    """What all data sets share."""

    shards: int = Field(
        4, ge=1, le=1000, description="jobs a stage is split into; a scan's shard is a stable hash of its id"
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
    modality: Literal["ct", "mri"] = Field(
        "ct", description="ct: bleeds in HU; mri: T2-like contrast with bright infarcts, see docs/phantom.md"
    )

    def subject_name(self, index: int) -> str:
        """Public name of a subject and of its one scan."""
        return f"phantom-{index:03d}"


class FolderSpec(DatasetSpec):
    """A tree of scans (a folder of DICOM files or a NIfTI file each) with one table of slice labels."""

    adapter: Literal["folder"] = "folder"
    root: Path = Field(description="folder that holds one folder (DICOM) or one .nii/.nii.gz file a scan")
    labels: Path | None = Field(
        None,
        description="CSV with columns scan, slice, hemorrhage and optionally subject; slice is the 0-based index from "
        "the foot, the DICOM file name or the SOP instance UID. None: no labels",
    )
    masks: Path | None = Field(
        None, description="folder of <scan>.nii.gz voxel truth on the scan's own grid; 0 background, above 0 blood"
    )
    public_names: bool = Field(
        False, description="whether file and folder names may be shown; otherwise ids are keyed hashes of them"
    )


class PngSlicesSpec(DatasetSpec):
    """Single slices as pictures with a brain window, without HU, pixel size or patient ids."""

    adapter: Literal["png_slices"] = "png_slices"
    root: Path = Field(description="folder of <id>.png, grey, RGB or RGBA")
    labels: str = Field("labels.csv", description="table in root with columns id, hemorrhage (0 or 1)")
    groups: str | None = Field(
        None, description="table in root with columns id, group; slices of one group are split together, for patients"
    )
    masks: str | None = Field(None, description="folder in root of <id>.png voxel truth, above 0 blood")
    window: tuple[float, float] = Field(
        (40.0, 80.0), description="window level and width the grey values were made with, HU (spec 0.2, brain)"
    )
    public_names: bool = Field(False, description="whether file names may be shown; otherwise ids are keyed hashes")


AnyDataset = Annotated[PhantomSpec | FolderSpec | PngSlicesSpec, Field(discriminator="adapter")]

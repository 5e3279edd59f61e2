"""Public data sets that come as NIfTI."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from bleedmap.config.dataset_base import DatasetSpec


class PhysionetCtIchSpec(DatasetSpec):
    """PhysioNet CT-ICH 1.3.1: 75 scans, a patient each, with slice labels by subtype and masks."""

    adapter: Literal["physionet_ct_ich"] = "physionet_ct_ich"
    root: Path = Field(description="folder of ct_scans, masks and hemorrhage_diagnosis_raw_ct.csv, as unpacked")
    public_names: bool = Field(True, description="whether file names may be shown; otherwise ids are keyed hashes")


class Instance2022Spec(DatasetSpec):
    """INSTANCE 2022: 100 scans with masks of blood of any kind; slice labels follow from the masks."""

    adapter: Literal["instance2022"] = "instance2022"
    root: Path = Field(description="folder of train_2 (or train), as unpacked, or the folder of data and label itself")
    public_names: bool = Field(True, description="whether file names may be shown; otherwise ids are keyed hashes")


class BhsdSpec(DatasetSpec):
    """BHSD: 192 scans with masks of five subtypes, made of RSNA 2019 patients."""

    adapter: Literal["bhsd"] = "bhsd"
    root: Path = Field(description="folder of label_192, as unpacked, or label_192 itself")
    unlabelled: bool = Field(
        False, description="whether to read unlabel_2000 too, whose scans are only known to bleed or not"
    )
    public_names: bool = Field(True, description="whether file names may be shown; otherwise ids are keyed hashes")

"""The embedded data set: what the workflow wrote as DICOM series is read like any folder."""

import zipfile
from pathlib import Path

import pandas as pd

from bleedmap.config.datasets import FolderSpec, PhantomSpec


def unpacked(spec: PhantomSpec, archive: Path, folder: Path) -> FolderSpec:
    """Unpack what ``write_shard`` wrote; returns it as a folder data set.

    Args:
        spec: the cohort, which says whether it is CT or MR.
        archive: zip of a shard.
        folder: where to.
    """
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    is_ct = spec.modality == "ct"
    return FolderSpec(
        root=folder / "dicom",
        labels=folder / "labels.csv",
        masks=folder / "masks",
        mask_values="subtypes" if is_ct else "binary",
        modality="ct" if is_ct else "mr",
        public_names=True,
    )


def packed_names(files: pd.Series, archive: Path, folder: Path) -> pd.Series:
    """Where unpacked files come from: ``archive!member``, the same in any checkout, for the folder is soon gone.

    Args:
        files: paths below the folder.
        archive: zip of the shard.
        folder: where it was unpacked to.
    """
    return files.str.replace(f"{folder.as_posix()}/", f"{archive.as_posix()}!", regex=False)

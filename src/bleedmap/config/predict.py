"""Folders of new scans that a bundle is applied to."""

from pathlib import Path

from pydantic import Field

from bleedmap.config.base import Spec


class PredictSpec(Spec):
    """New scans, without labels, that a trained method is applied to."""

    root: Path = Field(description="folder of scans, a DICOM folder, zip or NIfTI file each, or a .txt that lists them")
    bundle: Path | None = Field(None, description="folder or zip of the method; null: the one that bleedmap comes with")
    shards: int = Field(8, ge=1, le=10000, description="jobs; each goes on with the scans that it had not finished")

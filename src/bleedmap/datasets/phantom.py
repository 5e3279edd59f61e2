"""The embedded data set: its DICOM series are written by the workflow itself, then read like any folder."""

import tempfile
import zipfile
from pathlib import Path

from bleedmap.config.datasets import FolderSpec, PhantomSpec
from bleedmap.datasets.sources import Source, stamp
from bleedmap.provenance.archive import pack_folder


def list_sources(spec: PhantomSpec) -> list[Source]:
    """One source a subject; nothing is read, a subject follows from the config and its number."""
    cohort = spec.model_dump(exclude={"shards", "subjects"})
    return [
        Source(spec.subject_name(index), str(index), (), stamp((), cohort, index)) for index in range(spec.subjects)
    ]


def write_shard(spec: PhantomSpec, indices: list[int], path: Path) -> None:
    """Write subjects as one zip of DICOM series, a label table and truth masks."""
    from bleedmap.phantom import write_cohort  # noqa: PLC0415  heavy; listing sources must stay light

    with tempfile.TemporaryDirectory() as folder:
        write_cohort(spec, indices, Path(folder))
        pack_folder(Path(folder), path)


def unpacked(archive: Path, folder: Path) -> FolderSpec:
    """Unpack what ``write_shard`` wrote; returns it as a folder data set."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return FolderSpec(
        root=folder / "dicom",
        labels=folder / "labels.csv",
        masks=folder / "masks",
        mask_values="subtypes",
        public_names=True,
    )

"""The embedded data set: subjects are simulated and written as a hospital would export them."""

import tempfile
from pathlib import Path

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.cohort import write_cohort
from bleedmap.provenance.archive import pack_folder


def write_shard(spec: PhantomSpec, indices: list[int], path: Path) -> None:
    """Write subjects as one zip of DICOM series, a label table and truth masks."""
    with tempfile.TemporaryDirectory() as folder:
        write_cohort(spec, indices, Path(folder))
        pack_folder(Path(folder), path)

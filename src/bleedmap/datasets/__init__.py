"""Data sets: from what a folder holds to scans with labels. One adapter a file, named as ``adapter`` in the config.

- ``phantom``: the embedded data set; ``folder``: DICOM and NIfTI; ``png_slices``: single pictures;
- ``sources``: what a data set holds, listed without opening a scan;
- ``labels``: slice-label tables;
- ``identity``: public names of scans and patients.

Each adapter has ``list_sources(spec) -> list[Source]``, cheap enough for every start of Snakemake, and
``read(spec, source)`` -> scans, and a ``ScanError`` for each part of the source that is none.
"""

import importlib
from types import ModuleType

from bleedmap.config.datasets import AnyDataset


def adapter(spec: AnyDataset) -> ModuleType:
    """The adapter that a config names."""
    return importlib.import_module(f"bleedmap.datasets.{spec.adapter}")

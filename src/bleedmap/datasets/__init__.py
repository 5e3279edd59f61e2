"""Data sets: from what a folder holds to scans with labels. One adapter a room, named as ``adapter`` in the config.

Adapters:

- ``phantom``: the embedded data set; ``folder``: scans of your own in DICOM and NIfTI; ``png_slices``: single pictures;
- ``rsna2019``, ``cq500_bhx``: public sets in DICOM;
- ``physionet_ct_ich``, ``instance2022``, ``bhsd``: public sets in NIfTI;
- ``head_ct_png``: a public set of pictures.

Each has ``listing`` with ``list_sources(spec) -> list[Source]`` and ``ABOUT``, cheap enough for every start of
Snakemake (no numpy, pandas, pydicom, nibabel); ``reading`` with ``read(spec, source)`` -> scans, and a ``ScanError``
for each part of the source that is none; and ``check`` with ``check(spec) -> list[Finding]`` where a copy of the set
can be wrong as a whole. The phantom has ``writing`` too: the workflow writes it, then reads it as a folder.

What they share:

- ``sources``, ``folder_tree``: what a data set holds, listed without opening a scan; ``identity``, ``id_key``: public
  names; ``about``: its facts; ``retries``: shards to read again;
- ``tables``, ``labels``, ``scan_labels``, ``truth_labels``: from a label table, or a mask, to the labels of a scan;
- ``slice_names``: which slice a row of a table means;
- ``new_scans``: scans of the user's without labels, to predict;
- ``study``, ``one_series``: the volumes of a study, and which of them to keep; ``dicom_tags``: headers alone;
- ``nifti_pairs``, ``masked_nifti``, ``nifti_check``: scans and masks in two folders;
- ``ingest``, ``catalog``: scans into the archive of a shard, shards into the tables of a data set;
- ``check``, ``findings``: a copy held against what it should be.
"""

import importlib
from importlib.util import find_spec
from types import ModuleType

from bleedmap.config.datasets import AnyDataset


def listing(spec: AnyDataset) -> ModuleType:
    """What lists a data set; imports nothing heavy."""
    return importlib.import_module(f"{spec.own_module()}.listing")


def reading(spec: AnyDataset) -> ModuleType:
    """What reads a data set's scans."""
    return importlib.import_module(f"{spec.own_module()}.reading")


def checking(spec: AnyDataset) -> ModuleType | None:
    """What checks a data set as a whole; None where scan by scan is all there is to check."""
    name = f"{spec.own_module()}.check"
    return importlib.import_module(name) if find_spec(name) else None

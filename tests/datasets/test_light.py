"""What plans every start of Snakemake imports nothing heavy."""

import json
import subprocess
import sys

import pytest

HEAVY = {"numpy", "pandas", "scipy", "nibabel", "pydicom", "PIL", "torch", "fill_voids", "skimage", "zarr", "cc3d"}
ADAPTERS = (
    "phantom", "folder", "png_slices", "head_ct_png", "rsna2019", "physionet_ct_ich", "instance2022", "cq500_bhx", "bhsd",
)  # fmt: skip
MODULES = (*(f"bleedmap.datasets.{name}.listing" for name in ADAPTERS), "bleedmap.datasets.sources", "bleedmap.brain.stamp")


@pytest.fixture(scope="module")
def loaded():
    """Top-level packages that are loaded once a module of ``MODULES`` is, by module; each in turn in one process."""
    program = (
        "import importlib, json, sys\n"
        "before = set(sys.modules)\n"
        "found = {}\n"
        f"for name in {MODULES!r}:\n"
        "    importlib.import_module(name)\n"
        "    found[name] = sorted({each.partition('.')[0] for each in set(sys.modules) - before})\n"
        "print(json.dumps(found))\n"
    )
    return json.loads(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout)


@pytest.mark.parametrize("module", MODULES)
def test_listing_a_data_set_loads_no_imaging_or_number_library(loaded, module):
    assert not HEAVY & set(loaded[module])

"""What plans every start of Snakemake imports nothing heavy."""

import json
import subprocess
import sys
from typing import get_args

import pytest

from bleedmap.config.datasets import AnyDataset

HEAVY = {"numpy", "pandas", "scipy", "nibabel", "pydicom", "PIL", "torch", "fill_voids", "skimage", "zarr", "cc3d"}
ADAPTERS = [spec.model_fields["adapter"].default for spec in get_args(get_args(AnyDataset)[0])]
MODULES = [f"bleedmap.datasets.{name}.listing" for name in ADAPTERS]
MODULES += ["bleedmap.datasets", "bleedmap.datasets.sources", "bleedmap.brain.stamp", "bleedmap.volumes.zip_member"]


@pytest.fixture(scope="module")
def loaded():
    """Libraries that are loaded once each of ``MODULES`` is, one after another in one process."""
    program = (
        "import importlib, json, sys\n"
        "found = {}\n"
        f"for name in {MODULES!r}:\n"
        "    importlib.import_module(name)\n"
        "    found[name] = sorted({each.partition('.')[0] for each in sys.modules})\n"
        "print(json.dumps(found))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("module", MODULES)
def test_listing_a_data_set_loads_no_imaging_or_number_library(loaded, module):
    assert not HEAVY & set(loaded[module])

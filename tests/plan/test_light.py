"""What every start of Snakemake pays for is small."""

import subprocess
import sys

HEAVY = ("numpy", "pandas", "scipy", "torch", "pydicom", "nibabel", "PIL", "fill_voids", "skimage", "matplotlib")
PROGRAM = """
import sys
from pathlib import Path
import yaml
from bleedmap.plan.core import Plan
from bleedmap.plan.bundles import BundlePlan, PredictPlan
from bleedmap.plan.data import DataPlan
from bleedmap.plan.masks import MaskPlan
from bleedmap.plan.networks import NetworkPlan
from bleedmap.plan.report import ReportPlan
from bleedmap.plan.scores import ScorePlan
from bleedmap.plan.segmenters import SegmenterPlan
house = Path(sys.argv[1])
plan = Plan.of(yaml.safe_load((house / "config" / "config.yaml").read_text()), house)
BundlePlan(plan).inputs({"method": "cam-crf", "split": "phantom", "member": "folds"}), PredictPlan(plan).all_tables()
ScorePlan(plan).all_scores(), ReportPlan(plan).page_inputs(), DataPlan(plan).quality_pages()
print(*sorted(set(sys.modules) & set(sys.argv[2:])))
"""


def test_a_plan_of_the_demo_loads_no_imaging_library(repository):
    command = [sys.executable, "-c", PROGRAM, str(repository), *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

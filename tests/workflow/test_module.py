"""The workflow as a module of another one: ``use rule * from bleedmap``."""

import os
import subprocess
import sys
import zipfile

import pytest
import yaml

pytestmark = pytest.mark.slow

OWN = """
configfile: "own.yaml"


module bleedmap:
    snakefile: "{house}/Snakefile"
    config: config["bleedmap"]{more}


use rule * from bleedmap as bleedmap_*


rule answer:
    default_target: True
    input: rules.bleedmap_leaderboard.output.board
    output: "answer.txt"
    shell: "cp {{input}} {{output}}"
"""


@pytest.fixture
def own(repository, tmp_path, warm_python):
    """Run a tiny workflow of somebody's own in a folder of its own."""
    config = yaml.safe_load((repository / "tests" / "workflow" / "cached.yaml").read_text())
    config["datasets"]["phantom"]["subjects"] = 2
    # a key that is none of bleedmap's beside what is handed over
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"laboratory": "ours", "bleedmap": config}))

    def run(*arguments, more=""):
        (tmp_path / "Snakefile").write_text(OWN.format(house=repository, more=more))
        command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments]
        environment = {**os.environ, "BASH_FUNC_python%%": warm_python}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=600
        )

    return run


def test_another_workflow_asks_for_the_leaderboard_and_goes_on_from_it(own):
    done = own("--dry-run", "--quiet", "progress")
    assert done.returncode == 0, done.stdout + done.stderr
    for rule in ("phantom", "train_classifier", "explain", "train_segmenter", "score", "leaderboard"):
        assert f"rule bleedmap_{rule}:" in done.stdout + done.stderr
    assert "rule answer:" in done.stdout + done.stderr


def test_a_rule_of_the_module_runs_in_the_folder_of_the_other_workflow(own, tmp_path):
    done = own("results/phantom/phantom/0.zip")
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(tmp_path / "results" / "phantom" / "phantom" / "0.zip") as archive:
        assert any(name.endswith(".dcm") for name in archive.namelist())


def test_a_prefix_is_refused_in_one_sentence(own):
    done = own("--dry-run", more='\n    prefix: "elsewhere"')
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("bleedmap: [module-prefix]")

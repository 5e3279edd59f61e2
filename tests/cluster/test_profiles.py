"""Profiles say what Snakemake and the rules expect; what they do on a cluster is in ``test_slurm.py``."""

import re
from pathlib import Path

import pytest
import yaml

from bleedmap.stages import STAGES

NAMES = ("slurm", "slurm-ci", "cluster-generic", "kubernetes")


def profile(repository, name):
    return yaml.safe_load((repository / "profiles" / name / "profile.yaml").read_text())


@pytest.fixture(scope="module")
def rules(repository):
    """Text of every rule by name."""
    files = sorted((repository / "workflow" / "rules").glob("*.smk"))
    parts = [part for file in files for part in re.split(r"^rule ", file.read_text(), flags=re.MULTILINE)[1:]]
    return {part.partition(":")[0]: part for part in parts}


def test_every_rule_asks_for_more_memory_and_time_with_each_attempt_and_leaves_retries_to_the_profile(rules):
    assert set(rules) == {stage.name for stage in STAGES}
    for name, text in rules.items():
        assert "mem_mb=plan.memory(" in text, name
        assert "runtime=plan.minutes(" in text, name
        assert "retries:" not in text, name


def test_the_slurm_profile_gives_every_rule_with_a_gpu_memory_and_time_that_grow(repository, rules):
    given = profile(repository, "slurm")["set-resources"]
    for name in (name for name, text in rules.items() if "gpu=" in text):
        assert given[name].keys() >= {"gpu", "mem_mb", "runtime"}, name
    times = [value for asked in given.values() for key, value in asked.items() if key in {"mem_mb", "runtime"}]
    assert all(str(value).endswith(" * attempt") for value in times)


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_names_rules_and_groups_that_there_are_and_tries_again(repository, rules, name):
    told = profile(repository, name)
    groups = dict(each.split("=") for each in told.get("groups", []))
    sizes = dict(each.split("=") for each in told.get("group-components", []))
    assert groups.keys() | told.get("set-resources", {}).keys() <= rules.keys()
    assert sizes.keys() <= set(groups.values())
    assert told["retries"] >= 1


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_that_stands_in_for_the_default_one_says_what_that_says(repository, name):
    default = profile(repository, "default")
    told = profile(repository, name)
    assert {key: told[key] for key in default if key != "resources"} == {
        key: value for key, value in default.items() if key != "resources"
    }


def test_the_extra_of_the_page_has_the_pins_of_the_package(repository):
    pins = re.search(r"^cluster = \[(.*)\]$", (repository / "pyproject.toml").read_text(), re.MULTILINE)[1]
    page = Path(repository / "docs" / "cluster.md").read_text()
    assert sorted(re.findall(r"snakemake-executor-plugin-(?:slurm|cluster-generic)==[\d.]+", page)) == sorted(
        re.findall(r'"([^"]+)"', pins)
    )

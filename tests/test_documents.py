"""What the pages for people say of files and stages is so."""

import re
import subprocess
import sys

import pytest

from bleedmap.paths import stage_patterns
from bleedmap.stages import STAGES

# how the demo, and for what it has not, any other config, may call the parts of a path
NAMES = {
    **dict.fromkeys(("dataset", "split", "learnt", "taught"), "phantom"),
    **dict.fromkeys(("fold", "learnt_fold", "taught_fold"), "0"),
    "shard": "<s>",
    "classifier": "resnet10-lse",
    "saliency": "cam",
    "mask": "crf",
    "detector": "peaks",
    "enhancement": "head-equalised",
    "segmenter": "unet3d",
    "method": "cam-crf-unet3d",
    "member": "fold-0",
    "folder": "ward",
}


@pytest.fixture(scope="module")
def architecture(repository):
    return (repository / "docs" / "architecture.md").read_text(encoding="utf-8")


def tree_of(page):
    """Paths of the folder tree of "The house", by their indentation."""
    paths, inside = [], ""
    for line in page.split("## The house")[1].split("##")[0].splitlines():
        found = re.match(r"^ {4}(?P<more>  )?(?P<names>\S+(?:, \S+)*)  +", line)
        if not found:
            continue
        names = found["names"].split(", ")
        if not found["more"]:
            inside = names[0]
        paths += [f"{inside}{name}" if found["more"] else name for name in names]
    return paths


def rows_of(page):
    """The table of "Follow a scan" as (stages, files) of each row."""
    lines = page.split("## Follow a scan")[1].split("\n##")[0].splitlines()
    cells = [line.strip("|").split("|") for line in lines if line.startswith("| `")]
    return [(re.findall(r"`([^`]+)`", row[0]), re.findall(r"`([^`]+)`", row[-1])) for row in cells]


def test_every_path_of_the_folder_tree_is_there(repository, architecture):
    paths = tree_of(architecture)
    assert len(paths) > 40
    assert [path for path in paths if not (repository / path).exists()] == []


def test_the_folder_tree_shows_every_folder_and_module_of_the_package(repository, architecture):
    package = repository / "src" / "bleedmap"
    there = {f"{file.parent.name}/" for file in package.glob("*/__init__.py")} | {
        file.name for file in package.glob("*.py") if file.name != "__init__.py"
    }
    assert there == {
        path.removeprefix("src/bleedmap/") for path in tree_of(architecture) if "src/bleedmap/" in path
    } - {""}


def test_a_scan_is_followed_through_every_stage_in_their_order(architecture):
    assert [name for names, _ in rows_of(architecture) for name in names] == [stage.name for stage in STAGES]


@pytest.mark.parametrize(("name", "pattern"), stage_patterns())
def test_the_files_on_the_way_of_a_scan_lie_where_the_workflow_writes_them(architecture, name, pattern):
    (files,) = (files for names, files in rows_of(architecture) if name in names)
    path = pattern.format(**NAMES)
    assert any(path == file or (file.startswith("...") and path.endswith(file[3:])) for file in files)


def test_the_readme_lists_every_stage(repository):
    page = (repository / "README.md").read_text(encoding="utf-8")
    sentence = page.split("The stages are the rules:")[1].split(". ")[0]
    assert re.findall(r"`(\w+)`", sentence) == [stage.name for stage in STAGES]


def test_every_rule_and_program_of_the_workflow_is_a_stage(repository):
    names = {stage.name for stage in STAGES}
    rules = (repository / "workflow" / "rules").glob("*.smk")
    assert {name for file in rules for name in re.findall(r"^rule (\w+):", file.read_text(), re.MULTILINE)} == names
    by_hand = {"timings"}
    assert {file.stem for file in (repository / "scripts").glob("*.py")} - by_hand == names


@pytest.mark.slow
def test_the_examples_of_maps_run_and_give_what_they_say(repository):
    page = (repository / "docs" / "maps.md").read_text(encoding="utf-8")
    first, *others = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    told = "print(*maps.shape, maps.dtype, float(maps.min()), float(maps.max()))\n"
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(["import torch; torch.manual_seed(0)", first, told, *others, told])],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(others) == 3
    assert done.stdout.splitlines()[0] == "4 128 128 torch.float32 0.0 1.0"
    assert done.stdout.splitlines()[-1] == "4 224 224 torch.float32 0.0 1.0"

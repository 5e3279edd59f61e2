"""The recipes of CONTRIBUTING.md work as they stand: they are followed to the letter in a copy of the tree."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import yaml

from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import write_nifti

BLOCK = re.compile(
    r"^<!-- (?P<verb>file|contents|joins|config)(?: (?P<union>\w+))?(?:: (?P<path>\S+))? -->\n"
    r"```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
FENCE = re.compile(r"^```(?:python|yaml|text)$", re.MULTILINE)
LEFT_OUT = (".git", ".venv", ".snakemake", "results", "shared", "*.egg-info", "__pycache__", ".*_cache")
NEW = {  # every new member, and the contract of its family
    "occlusion": "tests/saliency/test_family.py",
    "otsu": "tests/masks/test_family.py",
    "top": "tests/classifiers/test_family.py",
    "brier": "tests/losses/test_family.py",
    "dilated2d": "tests/segmenters/test_contract.py",
    "paired_nifti": "tests/datasets/test_light.py",
}
OF_THE_HOUSE = ("tests/test_contents.py", "tests/config/test_data_alone.py", "tests/config/test_document.py")


class Block(NamedTuple):
    """A piece of a recipe: what is done with it, and where."""

    verb: str
    union: str | None
    path: str | None
    text: str


@dataclass(frozen=True)
class Tree:
    """A copy of the project in which the recipes have been followed."""

    folder: Path
    blocks: list[Block]

    def run(self, *command):
        """Run a program of this Python's environment in the copy; its output."""
        tools = Path(sys.executable).parent
        environment = {
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": f"{self.folder / 'src'}{os.pathsep}{self.folder}",
        }
        done = subprocess.run(
            [tools / command[0], *command[1:]],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout + done.stderr

    def config(self):
        """All rows of the recipes as one config."""
        rows = {}
        for block in self.blocks:
            if block.verb == "config":
                merge(rows, yaml.safe_load(block.text))
        return rows


def recipes(repository):
    page = (repository / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return page, [Block(**found.groupdict()) for found in BLOCK.finditer(page)]


def merge(into, rows):
    for key, value in rows.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def follow(block, folder):
    """Do with a block what its comment says."""
    if block.verb == "file":
        path = folder / block.path
        assert not path.exists(), f"{block.path} is there already"
        path.parent.mkdir(exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
    elif block.verb == "contents":
        edit(folder / block.path, lambda text: text.replace("- ``", f"{block.text}- ``", 1))
    elif block.verb == "joins":
        edit(folder / block.path, lambda text: joined(text, block))


def edit(path, change):
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def joined(text, block):
    """A config module with a spec in front of its union, and in it."""
    (name,) = re.findall(r"^class (\w+)", block.text, re.MULTILINE)
    (union,) = (
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == block.union
    )
    members = union.value
    while isinstance(members, ast.Subscript):
        members = members.slice.elts[0]
    lines = text.splitlines(keepends=True)
    row, column = members.end_lineno - 1, members.end_col_offset
    lines[row] = f"{lines[row][:column]} | {name}{lines[row][column:]}"
    lines.insert(union.lineno - 1, f"{block.text}\n\n")
    return "".join(lines)


def lint_commands(makefile, generated):
    """What ``make lint`` runs, as lists of words."""
    target = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    lines = [line.strip().replace("$(GENERATED)", generated) for line in target.splitlines()]
    assert all(line.startswith("$(BIN)/") for line in lines)
    return [line.removeprefix("$(BIN)/").split() for line in lines]


@pytest.fixture(scope="module")
def tree(repository, tmp_path_factory):
    """The copy, recipes followed, documents of the config made anew, files in the house format."""
    folder = tmp_path_factory.mktemp("contributor") / "bleedmap"
    shutil.copytree(repository, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    cache = repository / ".mypy_cache"
    if cache.is_dir():
        shutil.copytree(cache, folder / cache.name)
    _, blocks = recipes(repository)
    for block in blocks:
        follow(block, folder)
    made = Tree(folder, blocks)
    # what is written by hand stands as it should; what a machine put into a union may make a line too long
    made.run("ruff", "format", "--check", *[block.path for block in blocks if block.verb == "file"])
    made.run("ruff", "format", "src/bleedmap/config")
    made.run("python", "-m", "bleedmap.config", *generated(folder).split())
    return made


def generated(folder):
    return re.search(r"^GENERATED := (.*)$", (folder / "Makefile").read_text(), re.MULTILINE)[1]


def test_every_block_of_a_recipe_says_where_it_goes(repository):
    page, blocks = recipes(repository)
    assert len(blocks) == len(FENCE.findall(page)) > 20


def test_every_file_of_a_recipe_has_its_family_and_a_test(repository):
    _, blocks = recipes(repository)
    verbs = Counter(block.verb for block in blocks)
    assert verbs["joins"] == verbs["contents"] == verbs["config"] == len(NEW)
    tests = [Path(block.path).name for block in blocks if block.verb == "file" and block.path.startswith("tests/")]
    assert sorted(tests) == sorted(f"test_{name}.py" for name in NEW)


@pytest.mark.slow
def test_what_make_lint_runs_finds_nothing(tree):
    makefile = (tree.folder / "Makefile").read_text()
    for command in lint_commands(makefile, generated(tree.folder)):
        tree.run(*command)


@pytest.mark.slow
def test_the_tests_of_the_recipes_and_the_contracts_of_their_families_pass(tree):
    own = [block.path for block in tree.blocks if block.verb == "file" and block.path.startswith("tests/")]
    chosen = f"{' or '.join(NEW)} or contents or data_alone or document"
    options = ("-q", "-rA", "-p", "no:cacheprovider", "-k", chosen)
    told = tree.run("pytest", *options, *own, *NEW.values(), *OF_THE_HOUSE)
    passed = [line for line in told.splitlines() if line.startswith("PASSED")]
    # every new member is under its family's contract without having been named there
    for name, contract in NEW.items():
        assert any(contract in line and name in line for line in passed), name


@pytest.mark.slow
def test_the_new_rows_are_planned(tree):
    rows = tree.config()
    folder = tree.folder / rows["datasets"]["pairs"]["root"]
    folder.mkdir(parents=True)
    geometry = Geometry.from_affine(np.diag([-0.5, -0.5, 5.0, 1.0]), 3)
    for kind in ("ct", "blood"):
        write_nifti(folder / f"a_{kind}.nii.gz", np.zeros((3, 24, 20), dtype=np.int16), geometry)
    (tree.folder / "recipes.yaml").write_text(json.dumps(rows))
    files = ("--configfile", "config/config.yaml", "recipes.yaml")
    told = tree.run("snakemake", *files, "--cores", "1", "--dry-run", "--quiet", "rules")
    counts = Counter()
    for line in told.splitlines():
        if len(words := line.split()) == 2 and words[1].isdigit():
            counts[words[0]] = int(words[1])
    methods = len(yaml.safe_load((tree.folder / "config" / "config.yaml").read_text())["methods"])
    # every row on the phantom and on the pairs
    assert counts["score"] == 2 * (methods + len(rows["methods"]))
    assert counts["train_classifier"] == 3
    assert counts["train_segmenter"] == 4
    assert counts["ingest"] == 3

"""Every family's ``__init__`` is its complete table of contents."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "bleedmap"
FOLDERS = sorted(file.parent for file in PACKAGE.rglob("__init__.py") if file.parent != PACKAGE)
# ``one``: what it is; ``two``, ``three``: what they are
ENTRY = re.compile(r"(?:- |; )((?:``\w+``(?:, | and | with )?)+)(?=: | \()")

of_every_folder = pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: folder.relative_to(PACKAGE).as_posix()
)  # fmt: skip


def told(folder):
    """Docstring of a folder, on one line."""
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    return " ".join(text.split())


def modules_and_rooms(folder):
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__", "__main__"}
    return modules | {file.parent.name for file in folder.glob("*/__init__.py")}


@of_every_folder
def test_the_docstring_of_a_folder_names_every_module_and_room_in_it(folder):
    named = {word for quoted in re.findall(r"``([^`]+)``", told(folder)) for word in re.findall(r"\w+", quoted)}
    assert modules_and_rooms(folder) - named == set()


@of_every_folder
def test_it_has_no_entry_for_what_is_not_there(folder):
    entries = {name for names in ENTRY.findall(told(folder)) for name in re.findall(r"\w+", names)}
    assert entries - {"and", "with"} - modules_and_rooms(folder) == set()


def test_every_folder_with_modules_is_a_package():
    assert [file for file in PACKAGE.rglob("*.py") if not (file.parent / "__init__.py").is_file()] == []


def test_every_module_says_what_it_is():
    files = sorted(PACKAGE.rglob("*.py"))
    assert [file for file in files if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))] == []

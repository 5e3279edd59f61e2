"""Every family's ``__init__`` is its complete table of contents."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "bleedmap"
FOLDERS = sorted(file.parent for file in PACKAGE.rglob("__init__.py") if file.parent != PACKAGE)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(PACKAGE).as_posix())
def test_the_docstring_of_a_folder_names_every_module_and_room_in_it(folder):
    told = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    named = {word for quoted in re.findall(r"``([^`]+)``", told) for word in re.findall(r"\w+", quoted)}
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__", "__main__"}
    rooms = {file.parent.name for file in folder.glob("*/__init__.py")}
    assert not (modules | rooms) - named

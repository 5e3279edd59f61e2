import json
import shutil
from textwrap import dedent

import pytest

from bleedmap.provenance.digest import Sources, code_digest
from bleedmap.provenance.source_cache import FILE


@pytest.fixture
def house(tmp_path):
    """A tiny package: a script imports ``used``, which imports ``deeper``; ``plugin`` is loaded by name."""
    package = tmp_path / "src" / "bleedmap"
    for folder in (package, package / "config"):
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
    files = {
        "used.py": "from bleedmap.deeper import g\n",
        "deeper.py": "def g():\n    return 1\n",
        "plugin.py": "from .deeper import g\nX = 1\n",
        "unrelated.py": "X = 1\n",
        "types_only.py": "X = 1\n",
        "errors.py": "X = 1\n",
        "config/models.py": "X = 1\n",
    }
    for name, text in files.items():
        (package / name).write_text(text)
    script = tmp_path / "script.py"
    script.write_text(
        dedent("""
        '''What it does.'''
        from typing import TYPE_CHECKING
        import bleedmap.used
        from bleedmap.config import models
        from bleedmap import errors
        if TYPE_CHECKING:
            from bleedmap.types_only import X
        """)
    )
    return tmp_path


def digest(house, *components):
    Sources.of.cache_clear()  # as in another process
    return code_digest(house / "script.py", components, house / "src")


def edited(house, name):
    before = digest(house, "bleedmap.plugin")
    file = house / "src" / "bleedmap" / name
    file.write_text(file.read_text() + "\nY = 2\n")
    return digest(house, "bleedmap.plugin") != before


@pytest.mark.parametrize("name", ["used.py", "deeper.py", "plugin.py", "__init__.py"])
def test_an_edit_of_anything_reached_changes_the_digest(house, name):
    assert edited(house, name)


@pytest.mark.parametrize("name", ["unrelated.py", "types_only.py", "errors.py", "config/models.py"])
def test_an_edit_of_anything_else_changes_nothing(house, name):
    assert not edited(house, name)


def test_a_component_counts_only_where_it_is_named(house):
    before = digest(house)
    (house / "src" / "bleedmap" / "plugin.py").write_text("X = 9\n")
    assert digest(house) == before


def test_comments_docstrings_and_layout_do_not_count(house):
    before = digest(house)
    (house / "src" / "bleedmap" / "deeper.py").write_text("# why\ndef g():\n    '''One.'''\n\n    return (1)\n")
    assert digest(house) == before


def test_a_missing_component_is_an_error(house):
    with pytest.raises(ModuleNotFoundError, match=r"bleedmap\.gone"):
        digest(house, "bleedmap.gone")


def test_what_runs_beside_a_block_for_type_checkers_counts(house):
    (house / "script.py").write_text("if TYPE_CHECKING:\n    X = 1\nelse:\n    import bleedmap.unrelated\n")
    assert edited(house, "unrelated.py")


def test_imports_inside_functions_and_handlers_count(house):
    script = "def f():\n    try:\n        pass\n    except OSError:\n        from bleedmap import unrelated\n"
    (house / "script.py").write_text(script)
    assert edited(house, "unrelated.py")


@pytest.fixture
def remembered(house):
    """What a first process remembered of the house: file and content."""
    digest(house)
    file = house / "src" / "bleedmap" / FILE
    return file, json.loads(file.read_text())


def test_an_unchanged_file_is_not_parsed_again(house, remembered):
    file, content = remembered
    before = digest(house)
    content["files"][str(house / "script.py")][1][0] = "planted"
    file.write_text(json.dumps(content))
    assert digest(house) != before


def test_a_changed_file_is_parsed_again_whatever_was_remembered(house, remembered):
    file, content = remembered
    script = house / "script.py"
    script.write_text(script.read_text() + "Z = 3\n")
    shutil.rmtree(file.parent)
    expected = digest(house)
    content["files"][str(script)][1][0] = "planted"
    file.write_text(json.dumps(content))
    assert digest(house) == expected


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"by": "another parser", "files": {}}', '{"by": 1, "files": 2}'])
def test_what_cannot_be_used_is_made_anew(house, remembered, content):
    file, right = remembered
    before = digest(house)
    file.write_text(content)
    assert digest(house) == before
    assert json.loads(file.read_text()) == right


def test_where_nothing_can_be_remembered_the_digest_is_the_same(house, remembered):
    file, _ = remembered
    before = digest(house)
    shutil.rmtree(file.parent)
    file.parent.write_text("in the way")
    assert digest(house) == before

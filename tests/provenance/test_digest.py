from textwrap import dedent

import pytest

from bleedmap.provenance import digest as digest_module
from bleedmap.provenance.digest import code_digest


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
    digest_module._imports.cache_clear()
    digest_module._tree_digest.cache_clear()
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

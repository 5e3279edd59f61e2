import ast
import errno
import io
import runpy
import sys
from pathlib import Path
from typing import Annotated

import pytest

from bleedmap.console import run, track, with_plain_errors
from bleedmap.errors import ScanError
from bleedmap.provenance.atomic import write_text

SCRIPTS = sorted((Path(__file__).parents[1] / "scripts").glob("*.py"))


@pytest.fixture
def program(monkeypatch):
    """Run a ``main`` with a command line; returns the arguments it was called with."""

    def call(line, fault=None):
        calls = []

        def main(
            slices: Annotated[list[Path], "stores of slices"],
            fold: Annotated[int, "number of the fold"],
            out: Annotated[Path, "table to write"],
            spec: Annotated[str, "config, JSON"] = "{}",
            maps: Annotated[list[Path] | None, "stores of maps"] = None,
        ) -> None:
            calls.append({"slices": slices, "fold": fold, "out": out, "spec": spec, "maps": maps})
            if fault is not None:
                raise fault

        monkeypatch.setattr(sys, "argv", ["program", *line.split()])
        run(main)
        return calls[0]

    return call


def test_options_follow_from_the_signature(program):
    assert program("--slices a b --fold 3 --out c --maps d") == {
        "slices": [Path("a"), Path("b")],
        "fold": 3,
        "out": Path("c"),
        "spec": "{}",
        "maps": [Path("d")],
    }


def test_what_has_a_default_may_be_left_out(program):
    given = program("--slices a --fold 0 --out c")
    assert (given["spec"], given["maps"]) == ("{}", None)


@pytest.mark.parametrize(
    "line", ["--fold 1 --out c", "--slices a --fold one --out c", "--slices a --fold 1 --out c --gone 1", "--slices"]
)
def test_a_wrong_command_line_ends_with_code_2_and_the_usage(program, capsys, line):
    with pytest.raises(SystemExit) as ended:
        program(line)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_an_error_the_user_can_mend_is_one_line_and_code_1(program, capsys):
    with pytest.raises(SystemExit) as ended:
        program("--slices a --fold 1 --out c", ScanError("not-hu", "no HU", "HU", "export the scan again"))
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said == "bleedmap: [not-hu] found no HU; expected HU; to mend it, export the scan again\n"


def write_below_a_file(folder):
    (folder / "file").touch()
    write_text(folder / "file" / "below" / "out.csv", "text")


def write_to_a_full_disk(folder):
    with Path("/dev/full").open("w") as full:
        full.write("text")


def write_over_a_folder(folder):
    (folder / "out.csv").mkdir()
    write_text(folder / "out.csv", "text")


def write_a_long_name(folder):
    write_text(folder / ("x" * 300) / "out.csv", "text")


def write_where_nobody_may(folder):
    raise PermissionError(errno.EACCES, "denied", str(folder))


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (write_below_a_file, "a file where a folder is needed"),
        pytest.param(
            write_to_a_full_disk,
            "a full disk",
            marks=pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no /dev/full on this machine"),
        ),
        (write_over_a_folder, "a folder where a file is needed"),
        (write_a_long_name, "a name too long"),
        (write_where_nobody_may, "may not be used"),
    ],
)
def test_a_place_that_cannot_be_written_is_one_line_without_its_path(tmp_path, capsys, write, says):
    with pytest.raises(SystemExit) as ended:
        with_plain_errors(lambda: write(tmp_path))
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert says in said
    assert said.startswith("bleedmap: [no-place] found ")
    assert said.count("\n") == 1
    assert str(tmp_path) not in said


def test_a_file_of_its_own_that_is_missing_is_an_error_of_the_program_itself(tmp_path):
    with pytest.raises(FileNotFoundError):
        with_plain_errors((tmp_path / "gone").read_bytes)


def test_an_error_of_the_program_itself_keeps_its_traceback():
    def fail():
        msg = "a bug"
        raise ValueError(msg)

    with pytest.raises(ValueError, match="a bug"):
        with_plain_errors(fail)


def test_an_error_survives_the_way_between_processes():
    import pickle

    error = ScanError("code", "found", "expected", "remedy")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301


@pytest.mark.parametrize("items", [[3, 1, 2], iter([3, 1, 2]), range(3), []])
def test_tracking_changes_no_item_and_ends_with_a_line_for_logs(items, monkeypatch):
    expected = list(items) if not hasattr(items, "__next__") else [3, 1, 2]
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    assert list(track(items, "counting", unit="items")) == expected
    assert log.getvalue().startswith(f"counting: {len(expected)} items done")


def main_of(tree):
    """The definition of ``main`` in a script's syntax tree."""
    (found,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"]
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_option_of_a_script_is_explained_beside_its_parameter(script):
    tree = ast.parse(script.read_text())
    assert ast.get_docstring(tree), "--help begins with what the script does"
    arguments = main_of(tree).args
    assert not (arguments.posonlyargs or arguments.kwonlyargs or arguments.vararg or arguments.kwarg)
    for parameter in arguments.args:
        match parameter.annotation:
            case ast.Subscript(
                value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[_, ast.Constant(value=help_text)])
            ):
                assert isinstance(help_text, str), parameter.arg
                assert help_text.strip(), parameter.arg
            case _:
                pytest.fail(f"--{parameter.arg} is not explained")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_help_of_a_script_shows_every_option_with_its_explanation(script, monkeypatch, capsys):
    # the signature alone: what the script imports takes seconds and has no part in its help
    tree = ast.parse(script.read_text())
    main = main_of(tree)
    main.body = [ast.Pass()]
    page = ast.Module([*ast.parse("from pathlib import Path\nfrom typing import Annotated").body, main], [])
    names = {"__name__": "a_script"}
    exec(compile(ast.fix_missing_locations(page), script.name, "exec"), names)  # noqa: S102
    monkeypatch.setattr(sys, "argv", [script.name, "--help"])
    monkeypatch.setenv("COLUMNS", "500")  # no explanation is broken at a hyphen
    with pytest.raises(SystemExit) as ended:
        run(names["main"])
    assert ended.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    for parameter in main.args.args:
        assert f"--{parameter.arg.replace('_', '-')} " in shown
        assert " ".join(parameter.annotation.slice.elts[1].value.split()) in shown


@pytest.mark.parametrize("name", ["timings", "split"])
def test_a_script_explains_itself(name, monkeypatch, capsys):
    (script,) = [each for each in SCRIPTS if each.stem == name]
    monkeypatch.setattr(sys, "argv", [script.name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage:")

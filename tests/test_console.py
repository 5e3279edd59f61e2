import inspect
import io
import runpy
import sys
from pathlib import Path

import pytest

from bleedmap.console import OPTIONS, run, track, with_plain_errors
from bleedmap.errors import ScanError

SCRIPTS = sorted((Path(__file__).parents[1] / "scripts").glob("*.py"))


@pytest.fixture
def program(monkeypatch):
    """Run a ``main`` with a command line; returns the arguments it was called with."""

    def call(line, fault=None):
        calls = []

        def main(slices: list[Path], fold: int, out: Path, spec: str = "{}", maps: list[Path] | None = None) -> None:
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


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_option_of_a_script_is_explained_and_its_help_works(script, monkeypatch, capsys):
    main = runpy.run_path(str(script))["main"]
    names = inspect.signature(main).parameters.keys()
    assert names - OPTIONS.keys() == set()
    monkeypatch.setattr(sys, "argv", [script.name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    assert ended.value.code == 0
    page = capsys.readouterr().out
    assert all(f"--{name.replace('_', '-')}" in page for name in names)


def test_no_option_is_explained_that_no_script_has():
    used = {name for script in SCRIPTS for name in inspect.signature(runpy.run_path(str(script))["main"]).parameters}
    assert OPTIONS.keys() - used == set()

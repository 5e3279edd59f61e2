import hashlib

from typer.testing import CliRunner

from bleedmap.cli import application

SMALL = ["--matrix", "64", "--slice-thickness", "10", "--seed", "4"]


def files(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".csv"
    }


def run(*options):
    found = CliRunner().invoke(application, ["phantom", *SMALL, *map(str, options)])
    assert found.exit_code == 0, found.output


def test_a_cohort_written_in_two_parts_is_the_same_as_one_written_at_once(tmp_path):
    run("--subjects", 3, "--out", tmp_path / "whole")
    run("--subjects", 1, "--out", tmp_path / "first")
    run("--subjects", 2, "--first", 1, "--out", tmp_path / "rest")
    parts = {**files(tmp_path / "first"), **files(tmp_path / "rest")}
    assert files(tmp_path / "whole") == parts
    for table in ("labels.csv", "scan_labels.csv"):
        whole, first, rest = ((tmp_path / name / table).read_text().splitlines() for name in ("whole", "first", "rest"))
        assert whole == first + rest[1:]


def test_an_option_out_of_range_is_one_sentence(tmp_path):
    found = CliRunner().invoke(application, ["phantom", "--matrix", "10", "--out", str(tmp_path)])
    assert found.exit_code == 2
    assert "Traceback" not in found.output


def test_an_unknown_modality_is_named(tmp_path):
    found = CliRunner().invoke(application, ["phantom", "--modality", "pet", "--out", str(tmp_path)])
    assert found.exit_code == 2
    assert "mr" in found.output

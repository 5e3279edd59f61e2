"""The bundle that comes with the package."""

import json

import pytest
from typer.testing import CliRunner

from bleedmap.bundle import packaged
from bleedmap.bundle.measured import HEADING, measured_section, with_measured
from bleedmap.bundle.store import read_bundle, write_bundle
from bleedmap.cli import application
from bleedmap.errors import BundleError


def test_a_bundle_of_the_phantom_takes_its_place(parts, bundle_folder, tmp_path):
    for _ in range(2):
        packaged.install(bundle_folder, tmp_path / "default")
    assert read_bundle(tmp_path / "default").parts == parts
    assert {each.name for each in tmp_path.iterdir()} == {"bundle", "default"}


@pytest.mark.parametrize("training", ['{"datasets": {"ward": {"kind": "folder"}}}', "{}"])
def test_one_that_may_have_learnt_from_patients_does_not(parts, tmp_path, training):
    write_bundle(tmp_path / "bundle.zip", parts | {"training.json": training.encode()})
    with pytest.raises(BundleError, match="patients"):
        packaged.install(tmp_path / "bundle.zip", tmp_path / "default")
    assert not (tmp_path / "default").exists()


def test_a_large_one_does_not(parts, tmp_path):
    write_bundle(tmp_path / "bundle.zip", parts | {"statistics.json": json.dumps("x" * 5_000_000).encode()})
    with pytest.raises(BundleError, match="large-bundle"):
        packaged.install(tmp_path / "bundle.zip", tmp_path / "default")


def test_what_was_measured_since_stands_in_its_card_and_nothing_else_changes(parts, bundle_folder, tmp_path):
    for value in (1, 2):
        packaged.install(bundle_folder, tmp_path / "default", measured_section(parts, f"Dice: {value}"))
        bundle_folder = tmp_path / "default"
    found = dict(read_bundle(tmp_path / "default").parts)
    card = found.pop("README.md").decode()
    assert card.startswith(parts["README.md"].decode().rstrip())
    assert card.endswith("\n\nDice: 2\n")
    assert card.count("Measured since") == 1
    assert found == {name: content for name, content in parts.items() if name != "README.md"}


def test_what_was_measured_of_another_is_refused(parts, bundle_folder, tmp_path):
    section = measured_section({**parts, "scores.csv": b"others"}, "Dice: 1")
    with pytest.raises(BundleError, match="other-measured"):
        packaged.install(bundle_folder, tmp_path / "default", section)


def test_where_none_is_named_and_none_is_there_one_sentence_says_so(tmp_path):
    if packaged.FOLDER.is_dir():
        pytest.skip("this checkout comes with one")
    done = CliRunner().invoke(application, ["predict", "scan.nii.gz", "--out", str(tmp_path)])
    assert isinstance(done.exception, BundleError)
    assert "make default-bundle" in str(done.exception)


@pytest.fixture
def default():
    if not packaged.FOLDER.is_dir():
        pytest.skip("no default bundle in this checkout: make default-bundle")
    return packaged.FOLDER


def test_the_one_that_comes_with_this_checkout_is_whole_small_and_of_no_patient(default, tmp_path):
    packaged.install(default, tmp_path / "default")


def test_the_figures_in_its_card_are_of_its_own_parts(default):
    parts = read_bundle(default).parts
    _, heading, rest = parts["README.md"].decode().partition(HEADING)
    if not heading:
        pytest.skip("made anew, and not measured since: python -m benchmarks.default_bundle")
    assert with_measured(parts, heading + rest) == parts

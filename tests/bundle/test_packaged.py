"""The bundle that comes with the package."""

import json

import pytest
from typer.testing import CliRunner

from bleedmap.bundle import packaged
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


def test_where_none_is_named_and_none_is_there_one_sentence_says_so(tmp_path):
    if packaged.FOLDER.is_dir():
        pytest.skip("this checkout comes with one")
    done = CliRunner().invoke(application, ["predict", "scan.nii.gz", "--out", str(tmp_path)])
    assert isinstance(done.exception, BundleError)
    assert "make default-bundle" in str(done.exception)


def test_the_one_that_comes_with_this_checkout_is_whole_small_and_of_no_patient(tmp_path):
    if not packaged.FOLDER.is_dir():
        pytest.skip("no default bundle in this checkout: make default-bundle")
    packaged.install(packaged.FOLDER, tmp_path / "default")

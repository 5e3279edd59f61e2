"""Many scans: each has a result or a reason, and a run that was killed goes on where it was."""

import os
import shutil
import signal
import time
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from bleedmap.bundle.store import read_bundle, write_bundle
from bleedmap.cli import application
from bleedmap.datasets.new_scans import list_inputs
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.of_run import bundle_of_run
from bleedmap.predict.scans import predict_scans
from tests.bundles import SIZE, SLICES, parts_of, write_head

REASONS = {"no-images", "not-dicom", "unreadable-archive", "not-nifti", "no-scan"}


@pytest.fixture(scope="module")
def bundle(run_config, tmp_path_factory):
    """A bundle of two folds with random weights."""
    folder = tmp_path_factory.mktemp("bundle")
    write_bundle(folder / "bundle.zip", parts_of(run_config, folder, folds=(0, 1)))
    return folder / "bundle.zip"


@pytest.fixture(scope="module")
def method(bundle):
    return TrainedMethod(read_bundle(bundle))


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """A list of 20 scans, 15 of them copies of three, five of them none; and the three."""
    folder = tmp_path_factory.mktemp("ward")
    for seed in range(3):
        write_head(folder / f"kind-{seed}.nii.gz", seed)
    for number in range(15):
        shutil.copy(folder / f"kind-{number % 3}.nii.gz", folder / f"roe-jane-{number:02d}.nii.gz")
    (folder / "bad-empty").mkdir()
    (folder / "bad-text").mkdir()
    (folder / "bad-text" / "0.dcm").write_bytes(b"no DICOM")
    (folder / "bad.zip").write_bytes(b"no zip")
    (folder / "bad.nii.gz").write_bytes(b"no NIfTI")
    names = [f"roe-jane-{number:02d}.nii.gz" for number in range(15)]
    bad = ["bad-empty", "bad-text", "bad.zip", "bad.nii.gz", "bad-gone"]
    (folder / "list.txt").write_text("# all of the ward\n" + "\n".join([*names, *bad]) + "\n")
    return folder


def run(*words):
    return CliRunner().invoke(application, ["predict", *map(str, words)])


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def killed_after(count, method, inputs, out):
    """Predict in a process of its own, which is killed once so many results are whole or being put in place."""
    child = os.fork()
    if not child:
        predict_scans(method, inputs, lambda each: out / each.id)
        os._exit(0)
    while len(list(out.glob("*/done.json"))) < count:
        time.sleep(0.005)
        assert os.waitpid(child, os.WNOHANG) == (0, 0)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.parametrize("row", ["segmenter", "mask"])
def test_scans_side_by_side_have_the_same_results_and_are_told_of_in_the_same_order(
    row, method, run_config, ward, tmp_path, capfd
):
    if row == "mask":
        method = TrainedMethod(bundle_of_run(run_config, "cam-kmeans"))
    names = ["bad.zip", "kind-0.nii.gz", "bad-gone", "bad-text", "kind-1.nii.gz"]
    inputs = list_inputs([ward / name for name in names])
    found = {}
    capfd.readouterr()
    for at_once in (0, 4):
        outcomes = predict_scans(method, inputs, lambda each, at=at_once: tmp_path / str(at) / each.id, at_once)
        results = {each.id: contents(tmp_path / str(at_once) / each.id) for each in inputs if "kind" in each.path.name}
        told = [(each.scan, each.summary, str(each.refusal)) for each in outcomes]
        found[at_once] = (told, results, capfd.readouterr().err)
    assert found[0] == found[4]
    assert [bool(summary) for _, summary, _ in found[4][0]] == ["kind" in each.path.name for each in inputs]


@pytest.mark.slow
def test_twenty_scans_with_five_bad_ones_killed_twice_have_fifteen_results_and_five_reasons(
    method, bundle, ward, tmp_path
):
    out, inputs = tmp_path / "out", list_inputs([ward / "list.txt"])
    assert len(inputs) == 20
    for count in (4, 9):
        killed_after(count, method, inputs, out)
    done = run(ward / "list.txt", "--bundle", bundle, "--out", out)
    assert done.exit_code == 8
    assert done.output.count("(finished before)") >= 8  # the ninth may have been in hand
    assert "15 of 20 scans have a result" in done.output
    table = pd.read_csv(out / "scans.csv", dtype=str, keep_default_na=False)
    assert table["state"].value_counts().to_dict() == {"found": 15, "refused": 5}
    assert set(table.loc[table["state"] == "refused", "code"]) == REASONS
    assert (table.loc[table["state"] == "refused", ["found", "expected", "remedy"]] != "").all(axis=None)

    whole = tmp_path / "whole"
    assert run(*(ward / f"kind-{seed}.nii.gz" for seed in range(3)), "--bundle", bundle, "--out", whole).exit_code == 0
    kinds = {each.path.name: contents(whole / each.id) for each in list_inputs(sorted(ward.glob("kind-*")))}
    assert len({str(sorted(kind.items())) for kind in kinds.values()}) == 3
    for each in inputs:
        if each.path.name.startswith("roe"):
            assert contents(out / each.id) == kinds[f"kind-{int(each.path.name[9:11]) % 3}.nii.gz"]
    left = {file.name for file in out.rglob("*")}
    assert ".part" not in left
    shown = done.output + (out / "scans.csv").read_text() + str(sorted(left))
    assert "roe" not in shown
    assert str(tmp_path) not in shown
    private = out / "private" / "inputs.csv"
    assert private.stat().st_mode & 0o077 == 0
    assert "roe-jane-03.nii.gz" in private.read_text()


def test_a_finished_scan_is_left_as_it_is_until_the_scan_or_the_method_is_another(bundle, ward, run_config, tmp_path):
    scan, out = tmp_path / "scan.nii.gz", tmp_path / "out"
    shutil.copy(ward / "kind-0.nii.gz", scan)

    def mask_of(method_file):
        assert run(scan, "--bundle", method_file, "--out", out).exit_code == 0
        file = out / "mask.nii.gz"
        return file.stat().st_mtime_ns

    first = mask_of(bundle)
    assert mask_of(bundle) == first
    shutil.copy(ward / "kind-1.nii.gz", scan)
    second = mask_of(bundle)
    assert second > first
    write_bundle(tmp_path / "other.zip", parts_of(run_config, tmp_path, folds=(1,)))
    third = mask_of(tmp_path / "other.zip")
    assert third > second
    (out / "mask.nii.gz").unlink()
    assert mask_of(tmp_path / "other.zip") > third


def test_one_scan_that_is_refused_ends_with_2_and_removes_the_result_of_another(bundle, ward, tmp_path):
    scan, out = tmp_path / "scan.nii.gz", tmp_path / "out"
    shutil.copy(ward / "kind-0.nii.gz", scan)
    assert run(scan, "--bundle", bundle, "--out", out).exit_code == 0
    (out / "notes.txt").write_text("mine")
    scan.write_bytes(b"no NIfTI")
    assert run(scan, "--bundle", bundle, "--out", out).exit_code == 2
    assert [file.name for file in out.iterdir()] == ["notes.txt"]


def test_a_list_of_nothing_has_no_result(bundle, tmp_path):
    (tmp_path / "list.txt").write_text("# none\n")
    assert run(tmp_path / "list.txt", "--bundle", bundle, "--out", tmp_path / "out").exit_code == 2


def test_a_bundle_and_a_row_of_a_run_are_one_too_many(bundle, ward, tmp_path):
    done = run(ward / "kind-0.nii.gz", "--bundle", bundle, "--method", "hu-threshold", "--out", tmp_path)
    assert "two-methods" in str(done.exception)


def test_a_broken_bundle_is_refused_before_any_scan(bundle, ward, tmp_path):
    file = tmp_path / "bundle.zip"
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    done = run(ward / "kind-0.nii.gz", "--bundle", file, "--out", tmp_path / "out")
    assert "changed-part" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_two_folds_find_on_the_scans_own_voxels_what_each_of_them_says(method, ward):
    from bleedmap.predict.scan import read_scan

    found = method(read_scan(ward / "kind-0.nii.gz"))
    assert found.labels.shape == found.probability.shape == (SLICES, SIZE, SIZE)
    assert found.slice_probability.shape == (SLICES,)
    assert 0 <= found.probability.min() < found.probability.max() <= 1
    assert (found.classes, found.modality, found.digest) == (("any",), "hu", method.bundle.digest)


def names(inputs, folder):
    return [each.path.relative_to(folder.resolve()).as_posix() for each in inputs]


def test_a_folder_of_slices_is_a_scan_and_a_folder_of_scans_is_many(tmp_path):
    tmp_path = tmp_path.resolve()
    for place in ("one/IM0001", "one/IM0002", "ward/a/1.dcm", "ward/b/series/1.dcm", "deep/study/series/1.dcm"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(b"")
    (tmp_path / "ward" / "c.nii.gz").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "ward" / "d.zip", "w"):
        pass
    (tmp_path / "ward" / "report.pdf").write_bytes(b"")
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "report.pdf").write_bytes(b"")
    assert names(list_inputs([tmp_path / "one"]), tmp_path) == ["one"]
    assert names(list_inputs([tmp_path / "junk"]), tmp_path) == ["junk"]
    assert names(list_inputs([tmp_path / "ward"]), tmp_path) == ["ward/a", "ward/b", "ward/c.nii.gz", "ward/d.zip"]
    assert names(list_inputs([tmp_path / "deep"]), tmp_path) == ["deep"]
    (tmp_path / "above").mkdir()
    (tmp_path / "ward").rename(tmp_path / "above" / "ward")
    assert names(list_inputs([tmp_path / "above"]), tmp_path)[:2] == ["above/ward/a", "above/ward/b"]
    (tmp_path / "above" / "ward").rename(tmp_path / "ward")
    (tmp_path / "list.txt").write_text("ward/c.nii.gz\n\n# none\none\none\nnowhere\n")
    assert names(list_inputs([tmp_path / "list.txt"]), tmp_path) == ["nowhere", "one", "ward/c.nii.gz"]
    assert len({each.id for each in list_inputs([tmp_path / "ward"])}) == 4
    assert "ward" not in repr(list_inputs([tmp_path / "ward"])[0]).replace(str(Path()), "")

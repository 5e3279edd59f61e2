"""Train on one data set, tune and test on another in folds: nothing of a test subject's truth reaches a network.

The scans of the second data set are plain, tilted and unevenly spaced, and what the workflow finds in them is what
``predict`` finds.
"""

import csv
import hashlib
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import pydicom
import pytest
import yaml

from bleedmap.config.datasets import PhantomSpec
from bleedmap.config.load import load_config
from bleedmap.phantom.cohort import write_cohort
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.of_run import bundle_of_run
from bleedmap.predict.scan import predict_scan
from bleedmap.slices.box import Box, to_own_voxels
from bleedmap.slices.store import SliceStore, Store
from bleedmap.volumes.scan_archive import read_scan

pytestmark = pytest.mark.slow

SUBJECTS, KINDS = 12, ("plain", "tilted", "uneven")


def kind_of(name):
    return KINDS[int(name[-3:]) % len(KINDS)]


def write_scans(folder):
    """Twelve subjects, all of whom bleed: a third of the scans tilted, a third with slices missing here and there."""
    for number, kind in enumerate(KINDS):
        tilt = 20.0 if kind == "tilted" else 0.0
        spec = PhantomSpec(seed=5, matrix=64, slice_thickness_mm=8, prevalence=1, gantry_tilt_degrees=tilt)
        write_cohort(spec, range(number, SUBJECTS, len(KINDS)), folder / kind)
    (folder / "masks").mkdir()
    rows = []
    for index in range(SUBJECTS):
        name = f"phantom-{index:03d}"
        cohort = folder / kind_of(name)
        shutil.copytree(cohort / "dicom" / name, folder / "scans" / name)
        mask = nib.load(cohort / "masks" / f"{name}.nii.gz")
        files = {}
        for file in sorted((folder / "scans" / name).iterdir()):
            data = pydicom.dcmread(file, stop_before_pixels=True)
            files[float(data.SliceLocation)] = (file, str(data.SOPInstanceUID))
        with (cohort / "labels.csv").open() as table:
            labels = {row["slice"]: row["hemorrhage"] for row in csv.DictReader(table) if row["scan"] == name}
        ordered = [files[place] for place in sorted(files)]
        gone = {4, 9} if kind_of(name) == "uneven" else set()
        for number, (file, uid) in enumerate(ordered):
            if number in gone:
                file.unlink()
            else:
                rows.append([name, uid, name, labels[uid]])
        if not gone:
            nib.save(mask, folder / "masks" / f"{name}.nii.gz")
    write_labels(folder, rows)


def write_labels(folder, rows):
    with (folder / "labels.csv").open("w", newline="") as table:
        csv.writer(table).writerows([["scan", "slice", "subject", "hemorrhage"], *rows])


def scramble(folder, subjects):
    """Turn labels and masks of subjects upside down; who bleeds at all stays as it is."""
    with (folder / "labels.csv").open() as table:
        rows = list(csv.reader(table))[1:]
    for name in subjects:
        own = [index for index, row in enumerate(rows) if row[0] == name]
        turned = [rows[index][3] for index in own][::-1]
        for index, label in zip(own, turned, strict=True):
            rows[index][3] = label
        mask = folder / "masks" / f"{name}.nii.gz"
        if mask.is_file():
            image = nib.load(mask)
            voxels = np.asarray(image.dataobj)[::-1, ::-1]
            nib.save(nib.Nifti1Image(voxels.copy(), image.affine, image.header), mask)
    write_labels(folder, rows)


def digests(results, *patterns):
    files = sorted({file for pattern in patterns for file in results.glob(pattern) if file.is_file()})
    return {file.relative_to(results).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


LEARNT = (
    "*/fold-*/**/*.safetensors",
    "*/fold-*/**/history.csv",
    "*/fold-*/**/operating_point.json",
    "*/fold-*/**/tuned.*",
    "*/fold-*/**/*.zarr.zip",
    "*/fold-*/**/*.notes.csv",
    "*/splits/*.csv",
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, checkout_at):
    """A finished run over both data sets, and the folder of the second."""
    checkout = checkout_at(tmp_path_factory.mktemp("two-data-sets"))
    hospital = tmp_path_factory.mktemp("hospital")
    write_scans(hospital)
    config = yaml.safe_load(Path(__file__).with_name("cross.yaml").read_text())
    config["datasets"]["b"] |= {
        "adapter": "folder",
        "mask_values": "subtypes",
        "public_names": True,
        "root": str(hospital / "scans"),
        "labels": str(hospital / "labels.csv"),
        "masks": str(hospital / "masks"),
    }
    (checkout.folder / "cross.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    checkout.run(config="cross.yaml")
    return checkout, hospital


@pytest.fixture(scope="module")
def roles(finished):
    table = pd.read_csv(finished[0].folder / "results" / "b" / "splits" / "b.csv")
    return table[table["fold"] == 0].set_index("subject")["role"]


def test_every_test_subject_of_the_second_data_set_is_tested(finished, roles):
    scores = pd.concat(
        pd.read_csv(file) for file in (finished[0].folder / "results" / "b" / "fold-0" / "scores").glob("*.csv")
    )
    tested = set(roles.index[roles == "test"])
    with_truth = {name for name in tested if kind_of(name) != "uneven"}
    assert len(tested) == SUBJECTS // 2
    for _, rows in scores[(scores["unit"] == "subject") & (scores["metric"] == "dice")].groupby("method"):
        assert set(rows["subject"]) == with_truth


def test_maps_are_measured_on_test_subjects_and_stand_in_the_leaderboard_of_the_row_made_from_them(finished, roles):
    results = finished[0].folder / "results"
    scores = pd.read_csv(results / "b" / "fold-0" / "scores" / "cam-threshold.csv")
    measured = scores[scores["metric"] == "insertion"]
    assert len(measured) > SUBJECTS // 2
    assert set(measured["subject"]) == set(roles.index[roles == "test"])
    board = pd.read_csv(results / "leaderboard.csv").set_index("metric")
    measures = ["deletion", "insertion", "pointing_game", "randomisation"]
    assert set(board.loc[measures, "method"]) == {"cam-threshold"}
    # unevenly spaced scans have no truth, so that nobody can say where their bleeds lie
    assert set(scores.loc[scores["metric"] == "pointing_game", "subject"].map(kind_of)) <= {"plain", "tilted"}


@pytest.mark.parametrize("method", ["cam-threshold", "cam-threshold-unet3d", "unet3d-supervised"])
@pytest.mark.parametrize("kind", KINDS)
def test_predict_finds_what_the_workflow_found_voxel_for_voxel(finished, roles, method, kind, tmp_path):
    checkout, hospital = finished
    name = next(name for name in roles.index[roles == "test"] if kind_of(name) == kind)
    config = load_config(
        yaml.safe_load((checkout.folder / "cross.yaml").read_text()) | {"results": str(checkout.folder / "results")}
    )
    trained = TrainedMethod(bundle_of_run(config, method))
    predict_scan(trained, hospital / "scans" / name, tmp_path)
    predicted = np.asarray(nib.load(tmp_path / "mask.nii.gz").dataobj)
    np.testing.assert_array_equal(predicted.T, of_workflow(checkout.folder / "results", method, name))


def of_workflow(results, method, name):
    """Labels of a scan on its own voxels, from the stores of the workflow."""
    folder = {
        "cam-threshold": "a/fold-0/tiny/cam/threshold/b/fold-0",
        "cam-threshold-unet3d": "a/fold-0/tiny/cam/threshold/b/fold-0/unet3d/b/fold-0",
        "unet3d-supervised": "b/fold-0/none/none/truth/b/fold-0/unet3d/b/fold-0",
    }[method]
    for shard in sorted((results / "b" / "slices").glob("*.zarr.zip")):
        with SliceStore(shard) as slices, Store(results / folder / shard.name) as found:
            rows = dict(slices.scans()).get(name)
            if rows is not None:
                volume = read_scan(results / "b" / "volumes" / shard.name.replace(".zarr", ""), name).volume
                box = Box(**slices.entries[name].box)
                return to_own_voxels(found.rows("labels", rows), box, *volume.hu.shape[1:])
    raise AssertionError(name)


def test_scrambled_labels_and_masks_of_test_subjects_change_scores_and_nothing_that_was_learnt(finished, roles):
    checkout, hospital = finished
    results = checkout.folder / "results"
    learnt, scores = digests(results, *LEARNT), digests(results, "*/fold-*/scores/*.csv")
    assert sum("model.safetensors" in name for name in learnt) == 3
    assert sum("tuned.json" in name for name in learnt) == 3
    scramble(hospital, roles.index[roles == "test"])
    checkout.run("-R", "ingest", config="cross.yaml")
    again = digests(results, *LEARNT)
    assert again.keys() == learnt.keys()
    assert [name for name in learnt if learnt[name] != again[name]] == []
    changed = digests(results, "*/fold-*/scores/*.csv")
    assert all(changed[name] != scores[name] for name in scores)

"""What the workflow measures of the scans that a row learnt on and of its classifier, from the files of a run."""

import json

import pytest

from bleedmap.bundle.about_spec import AboutSpec, Learner
from bleedmap.bundle.row import RowFiles
from bleedmap.bundle.settings import CALIBRATION, STATISTICS
from bleedmap.classifiers.classify_scan import classify_shards
from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.operating_point import OperatingPoint, OperatingPoints
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.predict.known_parts import LearntFrom, known_parts
from bleedmap.provenance.archive import write_archive
from bleedmap.provenance.tables import write_table
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.nifti import to_bytes
from bleedmap.volumes.scan_archive import add_scan
from tests.predict.familiar import made_up
from tests.rows import place


@pytest.fixture
def learnt(slice_store, classifier, tmp_path):
    """Heads of p2, p4 and p5, of whom the last two train; the store of six scans and what a classifier says of it."""
    volume = made_up.head(slices=3)
    inside = (abs(volume.hu.astype(int) - 30) < 20).astype("uint8")
    with write_archive(tmp_path / "scans.zip") as scans, write_archive(tmp_path / "brains.zip") as brains:
        for number in (2, 4, 5):
            scan = Scan(id=f"s{number}", subject=f"p{number}", volume=volume, labels=inside[:, 0, 0].astype("int8"))
            add_scan(scans, scan)
            brains.add(f"s{number}/brain.nii.gz", to_bytes(inside, volume.geometry))
    write_table(classify_shards(classifier, [slice_store]), tmp_path / "scores.csv")
    return LearntFrom([tmp_path / "scans.zip"], [tmp_path / "brains.zip"], [slice_store], [tmp_path / "scores.csv"] * 2)


def told_of(folder, spec, split, learnt):
    """Parts of a row of two folds that share one classifier."""
    place(build_classifier(spec), spec, folder / "model.safetensors", "{}")
    OperatingPoints({"any": OperatingPoint(0.4, 0.9, 8)}).write(folder / "point.json")
    learner = Learner(part="classifier", component="small", split="cv", fold=0, dataset="d")
    about = AboutSpec(seed=1, adapters={"d": "folder"}, splits=("cv",), learners=(learner, learner))
    files = RowFiles([folder / "model.safetensors"] * 2, [folder / "point.json"] * 2)
    parts = known_parts(about, [split], files, learnt)
    return {name: json.loads(content) for name, content in parts.items()}


def test_ranges_are_of_training_scans_and_calibration_of_validation_scans_each_counted_once(learnt, split, tmp_path):
    told = told_of(tmp_path, ClassifierSpec(backbone="test_resnet", stride=8), split, learnt)
    assert told[STATISTICS]["scans"] == 2
    assert told[STATISTICS]["ranges"]["slices"]["median"] == 3
    calibration = told[CALIBRATION]
    assert calibration["thresholds"] == [0.4]
    assert calibration["slices"] == 8
    assert calibration["uncertain"]["scans"] + calibration["certain"]["scans"] == 2


def test_a_classifier_that_learnt_labels_of_scans_alone_has_no_calibration(learnt, split, tmp_path):
    spec = ClassifierSpec(backbone="test_resnet", stride=8, labels="scan", head={"pooling": "max"})
    assert set(told_of(tmp_path, spec, split, learnt)) == {STATISTICS}


def test_without_a_validation_scan_whose_bleeds_are_known_there_is_no_calibration(learnt, tmp_path):
    split = tmp_path / "split.csv"
    split.write_text("subject,fold,role\np4,0,train\np5,0,train\np0,0,test\n")
    told = told_of(tmp_path, ClassifierSpec(backbone="test_resnet", stride=8), split, learnt)
    assert set(told) == {STATISTICS}


def test_a_row_that_has_learnt_nothing_has_neither(split):
    about = AboutSpec(seed=1, adapters={"d": "folder"}, splits=("cv",), learners=())
    assert known_parts(about, [split], RowFiles(), LearntFrom()) == {}

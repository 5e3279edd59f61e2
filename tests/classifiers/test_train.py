import json

import pandas as pd
import pytest
import torch

from bleedmap.classifiers.operating_point import OperatingPoint
from bleedmap.classifiers.score_slices import score_slices
from bleedmap.classifiers.slice_classifier import SliceClassifier, load_classifier
from bleedmap.classifiers.train import train_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.slices.store import SliceStore
from bleedmap.training.outputs import write_training

SPEC = ClassifierSpec(backbone="test_resnet", stride=8, training=TrainingSpec(epochs=2, batch=4))


def train(slice_store, folds, folder):
    trained, point = train_classifier(SPEC, [slice_store], folds, 0, 3, seed=1, threads=1)
    write_training(folder / "model.safetensors", trained, SPEC, code="abc", data=[slice_store, folds], seed=1)
    point.write(folder / "operating_point.json")
    return trained


@pytest.fixture(scope="module")
def folder(slice_store, folds, tmp_path_factory):
    """What two epochs leave behind."""
    folder = tmp_path_factory.mktemp("classifier")
    train(slice_store, folds, folder)
    return folder


def test_a_second_training_writes_the_same_bytes(folder, slice_store, folds, tmp_path):
    train(slice_store, folds, tmp_path)
    for name in ("model.safetensors", "history.csv", "manifest.json", "operating_point.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_loaded_classifier_gives_the_logits_of_the_trained_one(slice_store, folds, tmp_path):
    trained = train(slice_store, folds, tmp_path)
    model = SliceClassifier(SPEC)
    model.load_state_dict(trained.weights)
    loaded = load_classifier(tmp_path / "model.safetensors")
    hu = torch.rand((2, 32, 32)) * 80
    with torch.no_grad():
        assert torch.equal(loaded(hu), model.eval()(hu))
    assert loaded.spec == SPEC


def test_the_manifest_says_what_made_the_model_without_any_path(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["spec"] == json.loads(SPEC.to_json())
    assert (manifest["code"], manifest["seed"], manifest["results"]["epochs"]) == ("abc", 1, 2)
    assert all(len(digest) == 64 for digest in manifest["data"])
    assert str(folder) not in (folder / "manifest.json").read_text()


def test_the_operating_point_is_chosen_on_the_validation_slices(folder):
    # in fold 0 part 1 validates: p2 and p3 with four slices each
    assert OperatingPoint.read(folder / "operating_point.json").slices == 8


def test_every_slice_of_a_data_set_is_scored_with_its_role(folder, slice_store, folds):
    table = score_slices(load_classifier(folder / "model.safetensors"), [slice_store], folds, 0, 3)
    with SliceStore(slice_store) as store:
        pd.testing.assert_frame_equal(table[["scan", "slice", "label"]], store.table[["scan", "slice", "label"]])
    assert table["score"].between(0, 1).all()
    assert table.groupby("role")["subject"].unique().map(set).to_dict() == {
        "test": {"p0", "p1"},
        "validation": {"p2", "p3"},
        "train": {"p4", "p5"},
    }

"""Trainings that several test files look at, each made once."""

from functools import cache

import pytest

from bleedmap.classifiers.train import train_classifier
from bleedmap.config.classifiers import ClassifierSpec, LstmContext
from bleedmap.config.training import TrainingSpec
from bleedmap.constants import CLASSES
from bleedmap.splits.roles import read_roles
from bleedmap.training.outputs import write_training

ALONE = ClassifierSpec(backbone="test_resnet", stride=8, training=TrainingSpec(epochs=2, batch=4))
CONTEXT = LstmContext(
    hidden=8,
    sequence=3,
    training=TrainingSpec(epochs=2, batch=6, learning_rate=1e-3),
    refit=TrainingSpec(epochs=3, batch=8),
)
TUNED = ALONE.model_copy(update={"init_from": "alone", "context": CONTEXT})
SPECS = {
    "alone": ALONE,
    "again": ALONE,
    "tuned": TUNED,
    "tuned-again": TUNED,
    "reused": TUNED.model_copy(update={"context": CONTEXT.model_copy(update={"head": "reuse"})}),
    "subtypes": ALONE.model_copy(update={"classes": CLASSES, "reach": 1, "init_from": "alone"}),
}


@pytest.fixture(scope="session")
def roles(split):
    """Of the split's only fold."""
    return read_roles(split, 0)


@pytest.fixture(scope="session")
def trained(slice_store, split, roles, tmp_path_factory):
    """Train by name, once; gives the folder with all that a training leaves."""
    top = tmp_path_factory.mktemp("trained")

    @cache
    def train(name):
        folder, spec = top / name, SPECS[name]
        before = train(spec.init_from) / "model.safetensors" if spec.init_from else None
        result, points = train_classifier(
            spec, [slice_store], roles, seed=1, threads=1, init_from=before, sequence=folder / "sequence"
        )
        data = [slice_store, split]
        write_training(folder / "model.safetensors", result, spec, code="abc", data=data, seed=1)
        points.write(folder / "operating_points.json")
        (folder / "best").write_text(str(result.best_epoch))
        return folder

    return train

"""A GPU works ahead of the program for as long as nobody asks for a number; whoever asks waits for all of it."""

import numpy as np
import pytest
import torch

from bleedmap.classifiers.classify_scan import classify_scan
from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.losses import DiceBceSpec
from bleedmap.config.segmenters import SegmenterTraining, UNet2dSpec, UNet3dSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.constants import CLASSES
from bleedmap.losses.build import build_loss
from bleedmap.segmenters.patches import PatchBatches
from bleedmap.segmenters.probabilities import probabilities
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.store import SliceStore, add_rows, write_store
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.learner import Learner
from bleedmap.training.metrics import Auroc, Dice
from tests.waits import Asked

# SGD, for Adam counts its steps on the CPU
LESSONS = {"epochs": 1, "batch": 4, "optimizer": "sgd", "clip_norm": 1.0}


@pytest.fixture
def masks(slice_store, tmp_path):
    with SliceStore(slice_store) as store, write_store(tmp_path / "masks", {}) as group:
        add_rows(group, "labels", len(store.table), store.size, "uint8")[:] = store.rows("truth", slice(None))
    return tmp_path / "masks"


def roles_of(data):
    return np.where(data.table["scan"].isin(["s4", "s5"]), "train", "validation")


def waits(learner, batches, metric):
    """What is asked for in three steps and three batches to validate on; once all is done, the metric may ask."""
    with Asked() as asked:
        for (inputs, targets), _ in zip(batches.training(0), range(3), strict=False):
            learner.step(inputs, targets)
        for (inputs, targets), _ in zip(batches.validation(), range(3), strict=False):
            *_, outputs, known = learner.judge(inputs, targets)
            metric.add(outputs, known)
    assert metric.values()
    return asked.found


def test_who_asks_is_found():
    with Asked() as asked:
        float(torch.ones(2).sum())
        torch.arange(3.0)[torch.tensor([True, False, True])]
        torch.ones(2, 2)[:, 0].copy_(torch.ones(2), non_blocking=True)
        torch.ones(2, 2)[0].copy_(torch.ones(2), non_blocking=True)
    assert len(asked.found) == 3


@pytest.mark.parametrize("flip", [False, True])
def test_no_scan_waits_for_a_number_before_its_end(flip):
    hu = np.arange(5 * 32 * 32).reshape(5, 32, 32).astype(np.int16) % 90
    classifier = build_classifier(ClassifierSpec(backbone="test_resnet", stride=8, classes=CLASSES)).eval()
    spec = UNet3dSpec(channels=(4, 8), depth=4, flat_levels=1, residual_units=0, tta_flip=flip)
    segmenters = [Segmenter(spec), Segmenter(spec.model_copy(update={"classes": CLASSES}))]
    with Asked() as asked:
        classify_scan(classifier, hu)
        for segmenter in segmenters:
            probabilities(segmenter.eval(), spec, hu)
    assert asked.found == []


def test_no_step_of_a_slice_classifier_waits_for_a_number(slice_store):
    training = TrainingSpec(**LESSONS, workers=1)
    spec = ClassifierSpec(backbone="test_resnet", stride=8, training=training)
    with TrainingSet([slice_store]) as data:
        batches = SliceBatches(data, roles_of(data), training, 0, spec.classes, spec.reach)
        learner = Learner(build_classifier(spec), build_loss(training.loss, 1.0), training, 2)
        assert waits(learner, batches, Auroc(spec.classes)) == []


def test_no_step_of_a_segmenter_waits_for_a_number(slice_store, masks):
    training = SegmenterTraining(**LESSONS, loss=DiceBceSpec())
    spec = UNet2dSpec(channels=(4, 8), residual_units=0, training=training)
    with TrainingSet([slice_store], [masks]) as data:
        batches = PatchBatches(data, roles_of(data), spec, 1, 0)
        learner = Learner(Segmenter(spec), build_loss(training.loss, 1.0), training, 2)
        assert waits(learner, batches, Dice()) == []

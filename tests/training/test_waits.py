"""A GPU works ahead of the program for as long as nobody asks for a number; whoever asks waits for all of it."""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.losses import DiceBceSpec
from bleedmap.config.segmenters import SegmenterTraining, UNet2dSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.losses.build import build_loss
from bleedmap.segmenters.patches import PatchBatches
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.store import SliceStore, add_rows, write_store
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.learner import Learner
from bleedmap.training.metrics import Auroc, Dice

# SGD, for Adam counts its steps on the CPU
LESSONS = {"epochs": 1, "batch": 4, "optimizer": "sgd", "clip_norm": 1.0}


class Asked(TorchDispatchMode):
    """Notes what brings a number, or the size of a result, from a tensor to the program."""

    WAITS = ("local_scalar_dense", "nonzero", "masked_select", "unique", "equal")

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.name().split("::")[1].split(".")[0].lstrip("_")
        picks = name == "index" and any(index is not None and index.dtype == torch.bool for index in args[1])
        if picks or name in self.WAITS:
            self.found.append(name)
        return func(*args, **(kwargs or {}))


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
    assert len(asked.found) == 2


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

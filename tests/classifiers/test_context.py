import numpy as np
import pytest
import torch

from bleedmap.classifiers.context import OnFrozenBackbone
from bleedmap.classifiers.score_slices import score_slices
from bleedmap.classifiers.sequence_classifier import load_sequence_classifier
from bleedmap.classifiers.slice_classifier import SliceClassifier, load_classifier
from bleedmap.classifiers.train import train_classifier
from bleedmap.config.classifiers import ClassifierSpec, LstmContext
from bleedmap.config.training import TrainingSpec
from bleedmap.training.outputs import write_training

ALONE = ClassifierSpec(backbone="test_resnet", stride=8, training=TrainingSpec(epochs=2, batch=4))
CONTEXT = LstmContext(
    hidden=8,
    sequence=3,
    training=TrainingSpec(epochs=2, batch=6, learning_rate=1e-3),
    refit=TrainingSpec(epochs=3, batch=8),
)
TUNED = ALONE.model_copy(update={"start": "alone", "context": CONTEXT})
REUSED = TUNED.model_copy(update={"context": CONTEXT.model_copy(update={"head": "reuse"})})


@pytest.fixture(scope="module")
def trained(slice_store, folds, tmp_path_factory):
    """Train by name once; returns the folder."""
    top = tmp_path_factory.mktemp("context")
    specs = {"alone": ALONE, "tuned": TUNED, "again": TUNED, "reused": REUSED}

    def train(name):
        folder, spec = top / name, specs[name]
        if not folder.exists():
            start = train(spec.start) / "model.safetensors" if spec.start else None
            folder.mkdir()
            result, point = train_classifier(
                spec, [slice_store], folds, 0, 3, seed=1, threads=1, start=start, sequence=folder / "sequence"
            )
            write_training(folder / "model.safetensors", result, spec, code="abc", data=[slice_store], seed=1)
            point.write(folder / "operating_point.json")
            np.save(folder / "best.npy", result.best_epoch)
            result.history.to_pickle(folder / "history.pkl")
        return folder

    return train


def weights(folder):
    return load_classifier(folder / "model.safetensors").state_dict()


def differing(one, other):
    return {name.split(".")[0] for name in one if not torch.equal(one[name], other[name])}


def test_training_with_context_twice_writes_the_same_bytes(trained):
    for name in ("model.safetensors", "sequence", "history.csv", "manifest.json", "operating_point.json"):
        assert (trained("tuned") / name).read_bytes() == (trained("again") / name).read_bytes(), name


def test_context_tunes_the_backbone_and_then_the_head(trained):
    assert differing(weights(trained("alone")), weights(trained("tuned"))) == {"backbone", "evidence_layer", "bias"}


def test_a_reused_head_is_the_one_from_before_on_the_same_tuned_backbone(trained):
    assert differing(weights(trained("alone")), weights(trained("reused"))) == {"backbone"}
    assert differing(weights(trained("tuned")), weights(trained("reused"))) == {"evidence_layer", "bias"}


def test_a_classifier_with_context_scores_slices_like_any_other(trained, slice_store, folds):
    table = score_slices(load_classifier(trained("tuned") / "model.safetensors"), [slice_store], folds, 0, 3)
    assert table["score"].between(0, 1).all()
    assert len(table) == 24


def test_the_history_tells_the_phases_and_counts_their_epochs_on(trained):
    import pandas as pd

    history = pd.read_csv(trained("tuned") / "history.csv")
    assert history["phase"].tolist() == ["context"] * 2 + ["head"] * 3
    assert history["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert int(np.load(trained("tuned") / "best.npy")) >= 2


def test_without_a_start_single_slices_come_first(slice_store, folds, tmp_path):
    spec = REUSED.model_copy(update={"start": None})
    result, _ = train_classifier(spec, [slice_store], folds, 0, 3, seed=1, threads=1)
    assert result.history["phase"].tolist() == ["slices"] * 2 + ["context"] * 2


def test_a_classifier_may_go_on_from_another_without_context(trained, slice_store, folds):
    spec = ALONE.model_copy(update={"start": "alone"})
    start = trained("alone") / "model.safetensors"
    on, _ = train_classifier(spec, [slice_store], folds, 0, 3, seed=1, threads=1, start=start)
    alone, _ = train_classifier(ALONE, [slice_store], folds, 0, 3, seed=1, threads=1)
    assert on.history["train_loss"].iloc[0] < alone.history["train_loss"].iloc[0]


def test_the_kept_lstm_loads_onto_the_tuned_backbone(trained):
    network = load_sequence_classifier(trained("tuned") / "model.safetensors", trained("tuned") / "sequence")
    with torch.no_grad():
        logits = network(torch.full((1, 3, 32, 32), 30.0))
    assert logits.shape == (1, 3)
    assert logits.std() > 0  # equal slices, but the LSTM knows where in the sequence it is


def test_batch_norm_of_a_frozen_backbone_does_not_move():
    torch.manual_seed(0)
    network = OnFrozenBackbone(SliceClassifier(ALONE))
    before = {name: value.clone() for name, value in network.classifier.backbone.state_dict().items()}
    network.train()
    network(torch.rand((4, 32, 32)) * 80).sum().backward()
    assert all(torch.equal(value, before[name]) for name, value in network.classifier.backbone.state_dict().items())
    assert {name for name, part in network.named_parameters() if part.grad is not None} == {
        "classifier.evidence_layer.weight",
        "classifier.bias",
    }

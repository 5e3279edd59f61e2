import pandas as pd
import pytest
import torch

from bleedmap.classifiers.classify_scan import classify_shards
from bleedmap.classifiers.head_phase import OnFrozenBackbone
from bleedmap.classifiers.load import build_classifier, load_classifier
from bleedmap.classifiers.train import train_classifier
from tests.classifiers.conftest import ALONE, SPECS


def weights(folder):
    return load_classifier(folder / "model.safetensors", dataset=None).state_dict()


def differing(one, other):
    return {name.split(".")[0] for name in one if not torch.equal(one[name], other[name])}


def test_training_with_context_twice_writes_the_same_bytes(trained):
    for name in ("model.safetensors", "sequence", "history.csv", "manifest.json", "operating_points.json"):
        assert (trained("tuned") / name).read_bytes() == (trained("tuned-again") / name).read_bytes(), name


def test_context_tunes_the_backbone_and_then_the_head(trained):
    assert differing(weights(trained("alone")), weights(trained("tuned"))) == {"backbone", "head"}


def test_a_reused_head_is_the_one_from_before_on_the_same_tuned_backbone(trained):
    assert differing(weights(trained("alone")), weights(trained("reused"))) == {"backbone"}
    assert differing(weights(trained("tuned")), weights(trained("reused"))) == {"head"}


def test_a_classifier_with_context_scores_slices_like_any_other(trained, slice_store):
    table = classify_shards(load_classifier(trained("tuned") / "model.safetensors", dataset=None), [slice_store])
    assert table["score"].between(0, 1).all()
    assert len(table) == 24


def test_the_history_tells_the_phases_and_counts_their_epochs_on(trained):
    history = pd.read_csv(trained("tuned") / "history.csv")
    assert history["phase"].tolist() == ["context"] * 2 + ["head"] * 3
    assert history["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert int((trained("tuned") / "best").read_text()) >= 2


def test_without_another_classifier_single_slices_come_first(slice_store, roles):
    spec = SPECS["reused"].model_copy(update={"init_from": None})
    result, _ = train_classifier(spec, [slice_store], roles, seed=1, threads=1)
    assert result.history["phase"].tolist() == ["slices"] * 2 + ["context"] * 2


def test_where_another_classifier_gives_some_weights_alone_single_slices_come_first(trained, slice_store, roles):
    spec = SPECS["reused"].model_copy(update={"reach": 1})
    before = trained("alone") / "model.safetensors"
    result, _ = train_classifier(spec, [slice_store], roles, seed=1, threads=1, init_from=before)
    assert result.history["phase"].tolist() == ["slices"] * 2 + ["context"] * 2


def test_a_classifier_may_go_on_from_another_without_context(trained, slice_store, roles):
    spec = ALONE.model_copy(update={"init_from": "alone"})
    before = trained("alone") / "model.safetensors"
    on, _ = train_classifier(spec, [slice_store], roles, seed=1, threads=1, init_from=before)
    alone = pd.read_csv(trained("alone") / "history.csv")
    assert on.history["train_loss"].iloc[0] < alone["train_loss"].iloc[0]


def test_the_lstm_is_kept_and_the_backbone_beside_it_is_not(trained):
    from safetensors.torch import load_file

    kept = load_file(trained("tuned") / "sequence")
    assert {name.split(".")[0] for name in kept} == {"lstm", "output"}


@pytest.fixture
def frozen():
    torch.manual_seed(0)
    return OnFrozenBackbone(build_classifier(ALONE))


def test_batch_norm_of_a_frozen_backbone_does_not_move(frozen):
    before = {name: value.clone() for name, value in frozen.classifier.backbone.state_dict().items()}
    frozen.train()
    frozen(torch.rand((4, 1, 32, 32)) * 80).logits.sum().backward()
    assert all(torch.equal(value, before[name]) for name, value in frozen.classifier.backbone.state_dict().items())
    learning = {name for name, part in frozen.named_parameters() if part.grad is not None}
    assert learning == {"classifier.head.layer.weight", "classifier.head.bias"}

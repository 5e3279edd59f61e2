import json

import numpy as np
import pandas as pd
import pytest

from bleedmap.classifiers.classify_scan import classify_shards
from bleedmap.classifiers.load import load_classifier
from bleedmap.classifiers.operating_point import OperatingPoints
from bleedmap.constants import CLASSES
from bleedmap.slices.store import SliceStore
from tests.classifiers.conftest import ALONE


def test_a_second_training_writes_the_same_bytes(trained):
    for name in ("model.safetensors", "history.csv", "manifest.json", "operating_points.json"):
        assert (trained("again") / name).read_bytes() == (trained("alone") / name).read_bytes(), name


def test_a_loaded_classifier_gives_the_scores_that_its_operating_point_was_chosen_on(trained, slice_store):
    # of the split p2 and p3 validate, four slices each, of which two bleed
    model = load_classifier(trained("alone") / "model.safetensors", dataset=None)
    assert model.spec == ALONE
    scores = classify_shards(model, [slice_store]).query("subject in ['p2', 'p3']")
    point = OperatingPoints.read(trained("alone") / "operating_points.json").by_class["any"]
    assert point.slices == len(scores) == 8
    assert np.isclose(scores["score"], point.threshold, rtol=1e-5).any()
    pairs = [
        (one > other) + 0.5 * (one == other)
        for one in scores.loc[scores["label"] == 1, "score"]
        for other in scores.loc[scores["label"] == 0, "score"]
    ]
    assert point.auroc == pytest.approx(np.mean(pairs))


def test_the_manifest_says_what_made_the_model_without_any_path(trained):
    text = (trained("alone") / "manifest.json").read_text()
    manifest = json.loads(text)
    assert manifest["spec"] == json.loads(ALONE.to_json())
    assert (manifest["code"], manifest["seed"], manifest["results"]["epochs"]) == ("abc", 1, 2)
    assert all(len(digest) == 64 for digest in manifest["data"])
    assert str(trained("alone")) not in text


def test_every_slice_and_class_of_a_data_set_is_scored(trained, slice_store):
    table = classify_shards(load_classifier(trained("subtypes") / "model.safetensors", dataset=None), [slice_store])
    assert list(table.columns) == ["scan", "subject", "slice", "class", "label", "score"]
    assert table["score"].between(0, 1).all()
    with SliceStore(slice_store) as store:
        for name in CLASSES:
            own = table[table["class"] == name].reset_index(drop=True)
            assert own["label"].tolist() == store.table[name].tolist()
            pd.testing.assert_frame_equal(own[["scan", "subject", "slice"]], store.table[["scan", "subject", "slice"]])


def test_subtypes_are_told_apart_in_the_history_and_have_points_of_their_own(trained):
    history = pd.read_csv(trained("subtypes") / "history.csv")
    assert [f"validation_auroc_{name}" in history for name in CLASSES] == [True] * 6
    # the store has IPH alone, in the slices that bleed
    assert history["validation_auroc_edh"].isna().all()
    points = OperatingPoints.read(trained("subtypes") / "operating_points.json")
    assert list(points.by_class) == ["any", "iph"]


def test_the_manifest_says_which_weights_came_from_another_classifier(trained):
    note = json.loads((trained("subtypes") / "manifest.json").read_text())["results"]["init_from"]
    # three slices and six classes: first convolution and head are of another shape
    assert note["left"] == note["unused"]
    assert [name.split(".")[0] for name in note["left"]] == ["backbone", "head", "head"]
    state = load_classifier(trained("subtypes") / "model.safetensors", dataset=None).state_dict()
    assert note["taken"] == len(state) - 3
    assert "init_from" not in json.loads((trained("alone") / "manifest.json").read_text())["results"]

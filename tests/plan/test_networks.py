"""What a classifier that goes on from another one is made from, and who counts as learnt from."""

import pytest

from bleedmap.config.load import load_config
from bleedmap.plan.core import Plan
from bleedmap.plan.networks import NetworkPlan

TWO = {
    "datasets": {name: {"adapter": "phantom", "seed": seed, "shards": 1} for seed, name in enumerate("abc")},
    "splits": {"a": {"validation_share": 0.2}, "b": {"folds": 3}, "c": {"validation_share": 0.2}},
    "classifiers": {
        "first": {"learns": "a"},
        "second": {"learns": "b", "init_from": "first"},
        "third": {"learns": "b", "init_from": "second"},
    },
    "saliency": {"cam": {"method": "cam"}},
    "masks": {"threshold": {"method": "threshold"}},
    "methods": {"row": {"classifier": "third", "saliency": "cam", "mask": "threshold", "scored": "b"}},
}


@pytest.fixture(scope="module")
def plan(repository):
    return NetworkPlan(Plan(load_config(TWO), repository))


@pytest.mark.parametrize(
    ("classifier", "before"),
    [("second", "results/a/fold-0/first"), ("third", "results/b/fold-2/second")],
    ids=["of another split, its only fold", "of the same split, the same fold"],
)
def test_a_classifier_goes_on_from_the_fold_that_saw_no_test_subject(plan, classifier, before):
    inputs = plan.train_inputs({"classifier": classifier, "learnt": "b", "learnt_fold": "2"})
    assert inputs["init_from"] == f"{before}/model.safetensors"


def test_whom_the_first_of_a_chain_learnt_from_is_looked_for_among_the_tested(plan):
    others = plan.split_inputs({"dataset": "b", "split": "b"})["learnt"]
    assert len(others) == 1
    assert "/a/" in others[0]

"""Which rows have the figures of their maps, and which jobs make them."""

import pytest
import yaml

from bleedmap.config.load import load_config
from bleedmap.plan.core import Plan
from bleedmap.plan.scores import ScorePlan


@pytest.fixture
def inputs_of(repository):
    """A function from keys of the demo's config to what a row's scores are made from."""
    demo = yaml.safe_load((repository / "config" / "config.yaml").read_text())

    def inputs(row, **keys):
        plan = Plan(load_config(demo | keys), repository)
        return ScorePlan(plan).inputs({"method": row, "split": "phantom", "fold": "0"})

    return inputs


@pytest.mark.parametrize("row", ["cam-threshold", "cam-kmeans", "cam-crf"])
def test_rows_of_one_classifier_and_saliency_share_one_file(inputs_of, row):
    file = "results/phantom/fold-0/resnet10-lse/cam/faithfulness/phantom/fold-0.csv"
    assert inputs_of(row)["faithfulness"] == file


@pytest.mark.parametrize("row", ["hu-threshold", "cam-crf-unet3d", "unet3d-supervised"])
def test_rows_that_do_not_end_in_what_a_map_became_have_none(inputs_of, row):
    assert "faithfulness" not in inputs_of(row)


def test_nothing_is_measured_where_the_config_says_so(inputs_of):
    assert "faithfulness" not in inputs_of("cam-crf", faithfulness=None)

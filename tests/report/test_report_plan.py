from pathlib import Path

import pytest
import yaml

from bleedmap.plan import Plan
from bleedmap.report.plan import ReportPlan
from bleedmap.report.spec import OverlaySpec, PageSpec

HOUSE = Path(__file__).parents[2]
FOLD = {"dataset": "phantom", "fold": "0"}


@pytest.fixture
def config():
    return yaml.safe_load((HOUSE / "config" / "config.yaml").read_text())


def planned(config):
    return ReportPlan(Plan.of(config, HOUSE))


def test_overlays_read_every_method_and_each_heatmap_once(config):
    plan = planned(config)
    inputs, shards = plan.overlay_inputs(FOLD), config["datasets"]["phantom"]["shards"]
    assert len(inputs["predictions"]) == shards * len(config["methods"])
    assert len(inputs["maps"]) == shards
    assert inputs["masks"] == [
        f"results/phantom/fold-0/resnet10-lse/cam/kmeans/phantom/{n}.zarr.zip" for n in range(shards)
    ]


def test_predictions_are_those_that_are_scored(config):
    plan = planned(config)
    scored = [plan.plan.score_inputs({**FOLD, "method": name})["predictions"] for name in config["methods"]]
    assert plan.overlay_inputs(FOLD)["predictions"] == [file for files in scored for file in files]


def test_a_config_without_networks_needs_neither_maps_nor_histories(config):
    plan = planned(config | {"methods": {"hu-threshold": {"mask": "hu-threshold"}}})
    assert set(plan.overlay_inputs(FOLD)) == {"slices", "predictions", "folds"}
    assert plan.overlay_options(FOLD) == ""
    assert "histories" not in plan.page_inputs()
    assert plan.page_options() == ""


def test_histories_stand_in_the_order_of_networks_and_folds(config):
    plan = planned(config | {"folds": {"count": 5, "run": [0, 3]}})
    names, files = plan.page.networks, plan.page_inputs()["histories"]
    assert names[:2] == ("resnet10-lse", "unet3d on resnet10-lse / cam / kmeans")
    assert files[:2] == [f"results/phantom/fold-{k}/resnet10-lse/history.csv" for k in (0, 3)]
    assert len(files) == 2 * len(names)


def test_only_rows_that_learn_from_drawn_masks_are_supervised(config):
    assert [row.name for row in planned(config).page.rows if row.supervised] == ["unet3d-supervised"]


def test_specs_survive_their_json(config):
    plan = planned(config)
    assert PageSpec.from_json(plan.page.to_json()) == plan.page
    assert OverlaySpec.from_json(plan.overlays.to_json()) == plan.overlays

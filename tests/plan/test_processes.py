"""A training that several processes share asks for as much as they need."""

import re

import yaml

from bleedmap.config.load import load_config
from bleedmap.plan.core import Plan
from bleedmap.plan.networks import NetworkPlan
from bleedmap.plan.segmenters import SegmenterPlan


def test_a_training_asks_for_a_gpu_a_core_and_memory_a_process(repository):
    config = yaml.safe_load((repository / "config" / "config.yaml").read_text())
    config["classifiers"]["resnet10-lse"]["processes"] = 3
    config["segmenters"]["unet3d"]["processes"] = 2
    plan = Plan(load_config(config), repository)
    for part, names, processes in (
        (NetworkPlan(plan), {"classifier": "resnet10-lse"}, 3),
        (SegmenterPlan(plan), {"segmenter": "unet3d"}, 2),
    ):
        assert part.processes(names) == processes
        assert plan.memory(1000, part.processes)(names, 2) == 2000 * processes


def test_rules_of_training_ask_by_the_number_of_processes(repository):
    for file, rule, plan in (
        ("classify", "train_classifier", "networks"),
        ("segment", "train_segmenter", "segmenters"),
    ):
        text = (repository / "workflow" / "rules" / f"{file}.smk").read_text()
        text = text.partition(f"rule {rule}:")[2].partition("\nrule ")[0]
        assert re.search(rf"^    threads: {plan}\.processes$", text, re.MULTILINE)
        assert re.search(rf"^        gpu={plan}\.processes,$", text, re.MULTILINE)
        assert re.search(rf"mem_mb=plan\.memory\(\d+, {plan}\.processes\)", text)

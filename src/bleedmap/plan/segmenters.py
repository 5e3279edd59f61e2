"""What the rules of segmenters ask."""

from collections.abc import Callable
from dataclasses import dataclass

from bleedmap.bundle.seen import seen_json
from bleedmap.config.names import NONE
from bleedmap.plan.core import Files, Names, Plan
from bleedmap.plan.searches import is_searched, searches_json
from bleedmap.segmenters.training_spec import training_json
from bleedmap.splits.choices import dataset_of


@dataclass(frozen=True)
class SegmenterPlan:
    """Segmenters and their predictions.

    Args:
        plan: what all rules share.
    """

    plan: Plan

    def _slices(self, name: str) -> str:
        """Pattern of the slices that a segmenter sees: plain, or enhanced as its config says."""
        enhancement = self.plan.config.segmenters[name].enhancement
        paths = self.plan.paths
        return paths.slices if enhancement == NONE else paths.enhanced.replace("{enhancement}", enhancement)

    def train_inputs(self, wildcards: Names) -> Files:
        """Slices, masks and roles that a segmenter learns from."""
        config, paths = self.plan.config, self.plan.paths
        names = {
            **wildcards,
            "split": wildcards["taught"],
            "fold": wildcards["taught_fold"],
            "dataset": dataset_of(config, wildcards["taught"]),
        }
        return {
            "slices": self.plan.over_shards(self._slices(wildcards["segmenter"]), **names),
            "masks": self.plan.over_shards(paths.masks, **names),
            "split": paths.split.format(**names),
        }

    def tune_inputs(self, wildcards: Names) -> Files:
        """What values that act after training are chosen on."""
        names = {**wildcards, "dataset": dataset_of(self.plan.config, wildcards["split"])}
        return {
            "model": self.plan.paths.segmenter_model.format(**names),
            "slices": self.plan.over_shards(self._slices(wildcards["segmenter"]), **names),
            "split": self.plan.paths.split.format(**names),
        }

    def segment_inputs(self, wildcards: Names) -> Files:
        """What a shard's predictions are made from."""
        paths = self.plan.paths
        names = {**wildcards, "dataset": dataset_of(self.plan.config, wildcards["split"])}
        tuned = is_searched(self.plan.config, "segmenters", wildcards["segmenter"])
        return {
            "model": paths.segmenter_model.format(**names),
            "slices": self._slices(wildcards["segmenter"]).format(**names),
            "split": paths.split.format(**names),
            **({"tuned": paths.tuned_segmenter.format(**names)} if tuned else {}),
        }

    def training_spec(self, wildcards: Names) -> str:
        """Config of a segmenter without what acts after training."""
        return training_json(self.plan.config.segmenters[wildcards["segmenter"]])

    def processes(self, wildcards: Names) -> int:
        """Processes that share a segmenter's training: so many GPUs, or cores where there is none."""
        return self.plan.config.segmenters[wildcards["segmenter"]].processes

    def seen(self, wildcards: Names) -> str:
        """What scans go through before a segmenter sees them."""
        config = self.plan.config
        name = config.segmenters[wildcards["segmenter"]].enhancement
        return seen_json(config.brain, config.slices, None if name == NONE else config.enhancements[name])

    def spec(self, wildcards: Names) -> str:
        """Config of a segmenter, without the name of the split that it learns on."""
        spec = self.plan.config.segmenters[wildcards["segmenter"]]
        return str(spec.model_dump_json(exclude={"learns"}))

    def searches(self, wildcards: Names) -> str:
        """Values of a segmenter to choose from."""
        return searches_json(self.plan.config, "segmenters", wildcards["segmenter"])

    def code(self, script: str) -> Callable[[Names], str]:
        """Code behind a job of one segmenter."""
        return lambda wildcards: self.plan.digest(script, self.plan.config.segmenters[wildcards["segmenter"]])

"""What the rules of masks, points and their tuning ask."""

from collections.abc import Callable
from dataclasses import dataclass

from bleedmap.config.base import Spec
from bleedmap.config.names import NONE
from bleedmap.plan.core import Files, Names, Plan
from bleedmap.plan.networks import NetworkPlan
from bleedmap.plan.searches import is_searched, searches_json
from bleedmap.splits.choices import dataset_of


@dataclass(frozen=True)
class MaskPlan:
    """Masks and points of the subjects of one split and fold.

    Args:
        plan: what all rules share.
    """

    plan: Plan

    def dataset(self, wildcards: Names) -> str:
        """Name of the data set of a split."""
        return dataset_of(self.plan.config, wildcards["split"])

    def _with_dataset(self, wildcards: Names) -> dict[str, str]:
        return {**wildcards, "dataset": self.dataset(wildcards)}

    def _explained(self, names: dict[str, str], over: Callable[[str], str | list[str]]) -> Files:
        """Maps and what the classifier says; nothing for methods that read no saliency."""
        if names["classifier"] == NONE:
            return {}
        return {
            "maps": over(self.plan.paths.maps),
            "model": self.plan.paths.classifier_model.format(**names),
            **NetworkPlan(self.plan).classifier_of(names),
        }

    def mask_inputs(self, wildcards: Names) -> Files:
        """What a shard's masks are made from."""
        names, paths = self._with_dataset(wildcards), self.plan.paths
        tuned = is_searched(self.plan.config, "masks", names["mask"])
        return {
            "slices": paths.slices.format(**names),
            "split": paths.split.format(**names),
            **self._explained(names, lambda pattern: pattern.format(**names)),
            **({"tuned": paths.tuned_mask.format(**names)} if tuned else {}),
        }

    def tune_inputs(self, wildcards: Names) -> Files:
        """What the values of a mask method are chosen on: all shards, of which tuning subjects alone are read."""
        names, paths = self._with_dataset(wildcards), self.plan.paths
        return {
            "slices": self.plan.over_shards(paths.slices, **names),
            "split": paths.split.format(**names),
            **self._explained(names, lambda pattern: self.plan.over_shards(pattern, **names)),
        }

    def point_inputs(self, wildcards: Names) -> Files:
        """What a shard's points are found in."""
        names, paths = self._with_dataset(wildcards), self.plan.paths
        tuned = is_searched(self.plan.config, "detectors", names["detector"])
        return {
            "slices": paths.slices.format(**names),
            "maps": paths.maps.format(**names),
            **({"tuned": paths.tuned_detector.format(**names)} if tuned else {}),
        }

    def tune_point_inputs(self, wildcards: Names) -> Files:
        """What the values of a detector are chosen on: all shards, of which tuning subjects alone are read."""
        names, paths = self._with_dataset(wildcards), self.plan.paths
        return {
            "volumes": self.plan.over_shards(paths.volumes, **names),
            "slices": self.plan.over_shards(paths.slices, **names),
            "maps": self.plan.over_shards(paths.maps, **names),
            "split": paths.split.format(**names),
        }

    def mask_spec(self, wildcards: Names) -> str:
        """Config of a mask method."""
        return str(self.plan.config.masks[wildcards["mask"]].to_json())

    def mask_searches(self, wildcards: Names) -> str:
        """Values of a mask method to choose from."""
        return searches_json(self.plan.config, "masks", wildcards["mask"])

    def detector_spec(self, wildcards: Names) -> str:
        """Config of a detector."""
        return str(self.plan.config.detectors[wildcards["detector"]].to_json())

    def detector_searches(self, wildcards: Names) -> str:
        """Values of a detector to choose from."""
        return searches_json(self.plan.config, "detectors", wildcards["detector"])

    def mask_code(self, script: str) -> Callable[[Names], str]:
        """Code behind a job of one mask method: the method, and the classifier it may ask."""
        return lambda wildcards: self._code(script, self.plan.config.masks[wildcards["mask"]], wildcards)

    def detector_code(self, script: str) -> Callable[[Names], str]:
        """Code behind a job of one detector."""
        return lambda wildcards: self.plan.digest(script, self.plan.config.detectors[wildcards["detector"]])

    def _code(self, script: str, spec: Spec, wildcards: Names) -> str:
        name = wildcards["classifier"]
        asked = [] if name == NONE else [self.plan.config.classifiers[name]]
        return self.plan.digest(script, spec, *asked)

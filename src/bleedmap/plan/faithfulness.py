"""What the rule of faithfulness asks."""

from dataclasses import dataclass

from bleedmap.config.names import NONE
from bleedmap.plan.core import Files, Names, Plan
from bleedmap.plan.rows import RowNames
from bleedmap.splits.choices import dataset_of


@dataclass(frozen=True)
class FaithfulnessPlan:
    """Measures of saliency maps.

    Args:
        plan: what all rules share.
    """

    plan: Plan

    def inputs(self, wildcards: Names) -> Files:
        """What a saliency method is measured on in a fold: all shards, of which test subjects alone are read."""
        paths, names = self.plan.paths, {**wildcards, "dataset": self.dataset(wildcards)}
        return {
            "model": paths.classifier_model.format(**names),
            "volumes": self.plan.over_shards(paths.volumes, **names),
            "slices": self.plan.over_shards(paths.slices, **names),
            "maps": self.plan.over_shards(paths.maps, **names),
            "split": paths.split.format(**names),
        }

    def dataset(self, wildcards: Names) -> str:
        """Data set of the subjects that are measured."""
        return dataset_of(self.plan.config, wildcards["split"])

    def spec(self, wildcards: Names) -> str:
        """How to measure, as JSON; a run that does not has no such job."""
        spec = self.plan.config.faithfulness
        return spec.to_json() if spec else ""

    def code(self, wildcards: Names) -> str:
        """Code behind the measures: the saliency method, those inside it, and the classifier."""
        config = self.plan.config
        return self.plan.digest(
            "faithfulness.py", config.saliency[wildcards["saliency"]], config.classifiers[wildcards["classifier"]]
        )

    def of_row(self, names: RowNames) -> Files:
        """Measures of the maps that a row's masks or points are made from; nothing for a row that ends otherwise."""
        if self.plan.config.faithfulness is None or NONE in (names["saliency"], names["classifier"]):
            return {}
        is_made_of_maps = names["segmenter"] == NONE
        return {"faithfulness": self.plan.paths.faithfulness.format(**names)} if is_made_of_maps else {}

"""What the rules of scores, leaderboard and comparisons ask."""

import json
from dataclasses import dataclass

from bleedmap.config.names import NONE
from bleedmap.constants import CLASSES
from bleedmap.plan.core import Files, Names, Plan
from bleedmap.plan.faithfulness import FaithfulnessPlan
from bleedmap.plan.networks import NetworkPlan
from bleedmap.plan.rows import RowNames, row_names, scored_folds
from bleedmap.splits.choices import comparison_pairs


@dataclass(frozen=True)
class ScorePlan:
    """Scores of the rows.

    Args:
        plan: what all rules share.
    """

    plan: Plan

    def inputs(self, wildcards: Names) -> Files:
        """What a row's scores in a fold are made from: truth, what was found, what its classifier and its maps say."""
        paths = self.plan.paths
        names = row_names(self.plan.config, wildcards["method"], wildcards["split"], int(wildcards["fold"]))
        found = "points" if names["detector"] != NONE else "predictions"
        return {
            "volumes": self.plan.over_shards(paths.volumes, **names),
            "slices": self.plan.over_shards(paths.slices, **names),
            found: self.found(names),
            "split": paths.split.format(**names),
            **NetworkPlan(self.plan).classifier_of(names),
            **FaithfulnessPlan(self.plan).of_row(names),
        }

    def found(self, names: RowNames) -> list[str]:
        """Files of what a row finds, one a shard: points, a segmenter's predictions, or masks."""
        paths = self.plan.paths
        pattern = paths.masks if names["segmenter"] == NONE else paths.predictions
        return self.plan.over_shards(paths.points if names["detector"] != NONE else pattern, **names)

    def all_scores(self) -> list[str]:
        """Score tables of every row in every fold that it is scored in."""
        return [
            self.plan.paths.scores.format(method=row, split=split, fold=fold)
            for row in self.plan.config.methods
            for split, fold in scored_folds(self.plan.config, row)
        ]

    def dataset(self, wildcards: Names) -> str:
        """Data set of the subjects that are scored."""
        return row_names(self.plan.config, wildcards["method"], wildcards["split"], int(wildcards["fold"]))["dataset"]

    def classes(self, wildcards: Names) -> list[str]:
        """Classes that a row's points may be of: those that its classifier tells apart."""
        name = self.plan.config.methods[wildcards["method"]].classifier
        return list(self.plan.config.classifiers[name].classes if name != NONE else CLASSES[:1])

    def pairs_json(self) -> str:
        """Methods to test against each other, as JSON."""
        return json.dumps(comparison_pairs(self.plan.config))

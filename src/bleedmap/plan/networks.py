"""What the rules of splits, classifiers and their maps ask."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bleedmap.bundle.seen import seen_json
from bleedmap.config.names import NONE
from bleedmap.plan.core import Files, Names, Plan
from bleedmap.plan.rows import row_names, scored_folds
from bleedmap.splits.choices import chain, dataset_of, fold_of, learns


@dataclass(frozen=True)
class NetworkPlan:
    """Splits, classifiers and saliency maps.

    Args:
        plan: what all rules share.
    """

    plan: Plan

    def split_inputs(self, wildcards: Names) -> Files:
        """Scans of the split's data set, and of those that its rows' networks learn on, to see who is in both."""
        paths, dataset = self.plan.paths, wildcards["dataset"]
        inputs: Files = {
            "scans": self.plan.over_shards(paths.shard_scans, dataset=dataset),
            "rejected": self.plan.over_shards(paths.shard_rejected, dataset=dataset),
        }
        others = [
            file
            for other in self._learnt_elsewhere(wildcards["split"])
            for file in self.plan.over_shards(paths.shard_scans, dataset=other)
        ]
        listed = [self.plan.own(str(file)) for file in self.plan.config.splits[wildcards["split"]].exclude]
        return inputs | ({"learnt": others} if others else {}) | ({"excluded": listed} if listed else {})

    def _learnt_elsewhere(self, split: str) -> list[str]:
        """Other data sets that networks of the rows scored on a split learn on, sorted."""
        config = self.plan.config
        found = set()
        for row in config.methods:
            for scored, fold in scored_folds(config, row):
                if scored == split:
                    names = row_names(config, row, scored, fold)
                    found |= {dataset_of(config, names["taught"]), *self._learnt_by(names["classifier"])}
        return sorted(found - {dataset_of(config, split)})

    def _learnt_by(self, classifier: str) -> set[str]:
        """Data sets that a classifier and those that it goes on from learn on; none for no classifier."""
        config = self.plan.config
        if classifier == NONE:
            return set()
        return {dataset_of(config, learns(config, "classifiers", name)) for name in chain(config, classifier)}

    def split_spec(self, wildcards: Names) -> str:
        """Config of a split without the folds that are run, which change nobody's role."""
        return str(self.plan.config.splits[wildcards["split"]].model_dump_json(exclude={"run"}))

    def train_inputs(self, wildcards: Names) -> Files:
        """What a classifier is trained on, and the classifier that it goes on from, if it does."""
        config, paths = self.plan.config, self.plan.paths
        names = {**wildcards, "dataset": dataset_of(config, wildcards["learnt"]), "split": wildcards["learnt"]}
        inputs: Files = {
            "slices": self.plan.over_shards(paths.slices, **names),
            "split": paths.split.format(**names),
        }
        spec = config.classifiers[wildcards["classifier"]]
        if spec.init_from:
            inputs["init_from"] = paths.classifier_model.format(**self._before(spec.init_from, wildcards))
        if isinstance(spec.pretrained, Path):
            inputs["pretrained"] = self.plan.own(str(spec.pretrained))
        return inputs

    def _before(self, classifier: str, wildcards: Names) -> Names:
        """Where the classifier lies that another one goes on from."""
        config = self.plan.config
        learnt = learns(config, "classifiers", classifier)
        fold = fold_of(config, learnt, wildcards["learnt"], int(wildcards["learnt_fold"]))
        return {"classifier": classifier, "learnt": learnt, "learnt_fold": str(fold)}

    def learnt_dataset(self, wildcards: Names) -> str:
        """Name of the data set that a classifier learns on."""
        return dataset_of(self.plan.config, wildcards["learnt"])

    def classifier_spec(self, wildcards: Names) -> str:
        """Config of a classifier, without the name of the split that it learns on."""
        spec = self.plan.config.classifiers[wildcards["classifier"]]
        return str(spec.model_dump_json(exclude={"learns"}))

    def processes(self, wildcards: Names) -> int:
        """Processes that share a classifier's training: so many GPUs, or cores where there is none."""
        return self.plan.config.classifiers[wildcards["classifier"]].processes

    def seen(self, wildcards: Names) -> str:
        """What scans go through before a classifier sees them."""
        return seen_json(self.plan.config.brain, self.plan.config.slices)

    def classifier_code(self, script: str) -> Callable[[Names], str]:
        """Code behind a job of one classifier."""
        return lambda wildcards: self.plan.digest(script, self.plan.config.classifiers[wildcards["classifier"]])

    def saliency_spec(self, wildcards: Names) -> str:
        """Config of a saliency method."""
        return str(self.plan.config.saliency[wildcards["saliency"]].to_json())

    def saliency_code(self, wildcards: Names) -> str:
        """Code behind a saliency map: the method, those inside it, and the classifier."""
        config = self.plan.config
        return self.plan.digest(
            "explain.py", config.saliency[wildcards["saliency"]], config.classifiers[wildcards["classifier"]]
        )

    def classifier_of(self, wildcards: Names) -> Files:
        """What a classifier says of a data set's slices; nothing for a path without one."""
        if wildcards["classifier"] == NONE:
            return {}
        paths = self.plan.paths
        return {
            "scores": paths.slice_scores.format(**wildcards),
            "operating_point": paths.operating_point.format(**wildcards),
        }

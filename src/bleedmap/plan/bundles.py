"""What the rules of bundles and of folders to predict ask."""

from dataclasses import dataclass

from bleedmap.bundle.about_spec import AboutSpec, Learner
from bleedmap.bundle.manifest import MANIFEST
from bleedmap.bundle.packaged import default_bundle
from bleedmap.config.names import NONE
from bleedmap.datasets.id_key import key_mark
from bleedmap.datasets.new_scans import inputs_of_shard, stamps_of
from bleedmap.plan.bundle_row import bundle_files, bundle_settings, not_scored
from bleedmap.plan.core import Files, Names, Plan
from bleedmap.plan.rows import row_names, scored_folds
from bleedmap.splits.choices import dataset_of

ALL_FOLDS = "folds"  # in the place of one fold: all that the row was scored in


@dataclass(frozen=True)
class BundlePlan:
    """Bundles of the rows that end in masks.

    Args:
        plan: what all rules share.
    """

    plan: Plan

    def all_bundles(self) -> list[str]:
        """A bundle of every row, in the first split and fold that it is scored in."""
        config = self.plan.config
        firsts = {row: next(scored_folds(config, row)) for row, method in config.methods.items() if method.mask != NONE}
        return [
            self.plan.paths.bundle.format(split=split, method=row, member=f"fold-{fold}")
            for row, (split, fold) in firsts.items()
        ]

    def _folds(self, wildcards: Names) -> list[int]:
        config, (row, split) = self.plan.config, (wildcards["method"], wildcards["split"])
        every = [fold for one, fold in scored_folds(config, row) if one == split]
        folds = [fold for fold in every if wildcards["member"] in (ALL_FOLDS, f"fold-{fold}")]
        if not folds:
            raise not_scored(config, row)
        return folds

    def settings(self, wildcards: Names) -> str:
        """What a bundle says of its method."""
        config, folds = self.plan.config, self._folds(wildcards)
        return bundle_settings(config, wildcards["method"], wildcards["split"], folds).to_json()

    def _about(self, wildcards: Names) -> AboutSpec:
        config, (row, split) = self.plan.config, (wildcards["method"], wildcards["split"])
        learners = []
        for fold in self._folds(wildcards):
            names = row_names(config, row, split, fold)
            places = {"classifier": "learnt", "segmenter": "taught"}
            made = [(part, names[part], place) for part, place in places.items() if names[part] != NONE]
            learners += [
                Learner(
                    part=part,
                    component=name,
                    split=names[place],
                    fold=int(names[f"{place}_fold" if place != "split" else "fold"]),
                    dataset=dataset_of(config, names[place]),
                )
                for part, name, place in [*made, ("scores", row, "split")]
            ]
        datasets = dict.fromkeys(each.dataset for each in learners)
        return AboutSpec(
            seed=config.seed,
            adapters={name: config.datasets[name].adapter for name in datasets},
            splits=tuple(dict.fromkeys(each.split for each in learners)),
            learners=tuple(learners),
        )

    def about(self, wildcards: Names) -> str:
        """What the row learnt on, as JSON."""
        return self._about(wildcards).to_json()

    def inputs(self, wildcards: Names) -> Files:
        """What a bundle is made from."""
        config, paths, folds = self.plan.config, self.plan.paths, self._folds(wildcards)
        row, split, about = wildcards["method"], wildcards["split"], self._about(wildcards)
        return {
            **bundle_files(config, row, split, folds),
            "scans": [paths.scans.format(dataset=name) for name in about.adapters],
            "splits": [paths.split.format(dataset=dataset_of(config, name), split=name) for name in about.splits],
            "scores": [paths.scores.format(method=row, split=split, fold=fold) for fold in folds],
            **self._learnt_from(about),
        }

    def _learnt_from(self, about: AboutSpec) -> Files:
        """Scans that the mask's network learnt on; slices that the classifier learnt on, and what it says of them."""
        paths, inputs = self.plan.paths, Files()
        if makers := about.mask_makers():
            for name, pattern in (("volumes", paths.volumes), ("brains", paths.brain)):
                inputs[name] = self.plan.over_shards(pattern, dataset=makers[0].dataset)
        if classifiers := [each for each in about.learners if each.part == "classifier"]:
            inputs["slices"] = self.plan.over_shards(paths.slices, dataset=classifiers[0].dataset)
            inputs["slice_scores"] = [
                paths.slice_scores.format(
                    classifier=each.component, learnt=each.split, learnt_fold=each.fold, dataset=each.dataset
                )
                for each in classifiers
            ]
        return inputs

    def code(self, wildcards: Names) -> str:
        """Code behind a bundle, that of the classifier of which it is measured how sure it is included."""
        config = self.plan.config
        classifier = config.methods[wildcards["method"]].classifier
        return self.plan.digest("bundle.py", *([] if classifier == NONE else [config.classifiers[classifier]]))


@dataclass(frozen=True)
class PredictPlan:
    """Folders of new scans.

    Args:
        plan: what all rules share.
    """

    plan: Plan

    def all_tables(self) -> list[str]:
        """What is found in every shard of every folder."""
        return [
            self.plan.paths.predicted.format(folder=folder, shard=shard)
            for folder, spec in self.plan.config.predict.items()
            for shard in range(spec.shards)
        ]

    def bundle(self, wildcards: Names) -> str:
        """The bundle that a folder is predicted with: a zip, or the manifest in its folder, which names all else."""
        place = self.plan.config.predict[wildcards["folder"]].bundle or default_bundle()
        return str(place if place.suffix == ".zip" else place / MANIFEST)

    def root(self, wildcards: Names) -> str:
        """The folder of scans."""
        return str(self.plan.config.predict[wildcards["folder"]].root)

    def shards(self, wildcards: Names) -> int:
        """How many shards it has."""
        return self.plan.config.predict[wildcards["folder"]].shards

    def key(self, _: Names) -> str:
        """Tells which key the hashed names of scans are made with."""
        return key_mark()

    def members(self, wildcards: Names) -> str:
        """Digest of the names and sizes of a shard's files: it changes when a scan comes, goes or changes."""
        spec = self.plan.config.predict[wildcards["folder"]]
        return stamps_of(inputs_of_shard(spec.root, int(wildcards["shard"]), spec.shards))

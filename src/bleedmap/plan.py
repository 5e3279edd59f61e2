"""The plan behind the Snakefile: which shards, methods and digests there are, from the config alone."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from bleedmap.config.load import load_config
from bleedmap.config.names import NONE
from bleedmap.config.workflow import Config
from bleedmap.datasets import listing
from bleedmap.datasets.sources import Source, by_shard, stamps
from bleedmap.paths import Paths
from bleedmap.provenance.digest import code_digest
from bleedmap.provenance.manifest import file_digest

Names = Mapping[str, str]  # Snakemake's wildcards
Files = dict[str, str | list[str]]  # inputs of a job by name
QUALITY_TEMPLATE = "bleedmap/quality/quality.html.j2"


@dataclass(frozen=True)
class Plan:
    """What the rules ask.

    Args:
        config: the checked config.
        house: folder of the checkout.
    """

    config: Config
    house: Path

    @classmethod
    def of(cls, values: Mapping[str, Any], house: Path) -> Self:
        """Check the config, list its data sets and let jobs find this checkout.

        Raises:
            ConfigError: one sentence on what is wrong with the config.
            TableError: one on what is wrong with a data set's folder or tables.
        """
        plan = cls(load_config(values), house)
        for name in plan.datasets:
            plan.shards(name)
        _let_jobs_find(house)
        return plan

    @cached_property
    def paths(self) -> Paths:
        """Where artifacts lie."""
        return Paths(self.config.results, self.config.train)

    @property
    def wildcards(self) -> dict[str, str]:
        """What each wildcard may be: the names of the config, nothing else."""
        return {
            "dataset": _one_of(self.config.datasets),
            "shard": r"\d+",
            "fold": r"\d+",
            "classifier": _one_of([*self.config.classifiers, NONE]),
            "saliency": _one_of([*self.config.saliency, NONE]),
            "mask": _one_of(self.config.masks),
            "enhancement": _one_of([*self.config.enhancements, NONE]),
            "segmenter": _one_of(self.config.segmenters),
            "method": _one_of(self.config.methods),
        }

    def shards(self, dataset: str) -> list[int]:
        """Numbers of the shards that hold at least one source."""
        return sorted(self._sources(dataset))

    def _sources(self, dataset: str) -> dict[int, list[Source]]:
        """Sources of every shard that has any; a data set is listed once."""
        if dataset not in self._listed:
            spec = self.config.datasets[dataset]
            self._listed[dataset] = by_shard(listing(spec).list_sources(spec), spec.shards)
        return self._listed[dataset]

    @cached_property
    def _listed(self) -> dict[str, dict[int, list[Source]]]:
        return {}

    def over_shards(self, pattern: str, **names: object) -> list[str]:
        """A pattern's files, one a shard of a data set.

        Args:
            pattern: one of ``paths``.
            names: values of its other wildcards, ``dataset`` among them; more than needed may be given.
        """
        return [pattern.format(**{**names, "shard": shard}) for shard in self.shards(str(names["dataset"]))]

    def training_shards(self, pattern: str) -> Callable[[Names], list[str]]:
        """Input function: a pattern's files over all shards of the data set that networks are trained on."""
        return lambda wildcards: self.over_shards(pattern, **{**wildcards, "dataset": self.config.train})

    def shards_of(self, pattern: str) -> Callable[[Names], list[str]]:
        """Input function: a pattern's files over all shards of the data set that the job is about."""
        return lambda wildcards: self.over_shards(pattern, **wildcards)

    def ingest_inputs(self, wildcards: Names) -> Files:
        """The phantom's DICOM comes from the workflow; the files of other data sets are watched by ``members``."""
        return {"phantom": self.paths.phantom.format(**wildcards)} if self._is_phantom(wildcards) else {}

    def phantom_option(self, wildcards: Names) -> str:
        """Option of the ingestion that names the phantom's archive."""
        return as_options(self.ingest_inputs(wildcards), ("phantom",))

    def _is_phantom(self, wildcards: Names) -> bool:
        return self.config.datasets[wildcards["dataset"]].adapter == "phantom"

    def classifier_inputs(self, wildcards: Names) -> Files:
        """What a classifier is trained on, and the classifier that it goes on from, if it does."""
        inputs: Files = {
            "slices": self.over_shards(self.paths.slices, dataset=self.config.train),
            "folds": self.paths.folds,
        }
        if start := self.config.classifiers[wildcards["classifier"]].start:
            folder = self.paths.classifier.format(**{**wildcards, "classifier": start})
            inputs["start"] = f"{folder}/model.safetensors"
        return inputs

    def start_option(self, wildcards: Names) -> str:
        """Option of the training program that names the classifier to go on from."""
        return as_options(self.classifier_inputs(wildcards), ("start",))

    def mask_inputs(self, wildcards: Names) -> Files:
        """What a shard's masks are made from: slices, and for methods that read saliency also maps and classifier."""
        inputs: Files = {"slices": self.paths.slices.format(**wildcards)}
        if wildcards["classifier"] != NONE:
            folder = self.paths.classifier.format(**wildcards)
            inputs |= {
                "maps": self.paths.maps.format(**wildcards),
                "model": f"{folder}/model.safetensors",
                "operating_point": f"{folder}/operating_point.json",
                "scores": self.paths.slice_scores.format(**wildcards),
            }
        return inputs

    def saliency_options(self, wildcards: Names) -> str:
        """Options of the mask program for methods that read saliency."""
        return as_options(self.mask_inputs(wildcards), ("maps", "model", "operating_point", "scores"))

    def segmenter_slices(self, wildcards: Names) -> str:
        """Pattern of the slices that a segmenter sees: plain, or enhanced as its config says."""
        enhancement = self.config.segmenters[wildcards["segmenter"]].enhancement
        return self.paths.slices if enhancement == NONE else self.paths.enhanced.replace("{enhancement}", enhancement)

    def segmenter_training_slices(self, wildcards: Names) -> list[str]:
        """Input function: those of the data set that networks are trained on."""
        return self.over_shards(self.segmenter_slices(wildcards), dataset=self.config.train)

    def segmenter_test_slices(self, wildcards: Names) -> str:
        """Input function: those of one shard."""
        return self.segmenter_slices(wildcards).format(**wildcards)

    def score_inputs(self, wildcards: Names) -> Files:
        """What a method's scores are made from: truth, predictions, and the slice scores of its classifier."""
        names = {**wildcards, **self.config.methods[wildcards["method"]].model_dump()}
        has_segmenter = names["segmenter"] != NONE
        predictions = self.paths.predictions if has_segmenter else self.paths.masks
        inputs: Files = {
            "volumes": self.over_shards(self.paths.volumes, **names),
            "slices": self.over_shards(self.paths.slices, **names),
            "predictions": self.over_shards(predictions, **names),
            "folds": self.paths.folds,
        }
        if names["classifier"] != NONE:
            inputs["scores"] = self.paths.slice_scores.format(**names)
            inputs["operating_point"] = f"{self.paths.classifier.format(**names)}/operating_point.json"
        return inputs

    def detection_options(self, wildcards: Names) -> str:
        """Options of the scoring program for methods with a classifier."""
        return as_options(self.score_inputs(wildcards), ("scores", "operating_point"))

    def all_scores(self) -> list[str]:
        """Score tables of every method, fold and data set."""
        return [
            self.paths.scores.format(fold=fold, method=method, dataset=dataset)
            for method in self.config.methods
            for fold in self.config.folds.indices
            for dataset in self.config.test
        ]

    def pairs_json(self) -> str:
        """Methods to test against each other, as JSON."""
        return json.dumps(self.config.pairs)

    def digest(self, script: str, *components: str) -> str:
        """Digest of a script and of the package modules it reaches.

        Args:
            script: file name in ``scripts``.
            components: modules that the script loads by name, such as ``masks.dense_crf``.
        """
        modules = [f"bleedmap.{name}" for name in components]
        return code_digest(self.house / "scripts" / script, modules, self.house / "src")

    def page_digest(self, script: str, template: Path) -> str:
        """Code behind a page, its template included."""
        return f"{self.digest(script)}-{file_digest(template)[:16]}"

    def quality_digest(self) -> str:
        """Code behind the quality page."""
        return self.page_digest("quality.py", self.house / "src" / QUALITY_TEMPLATE)

    def quality_pages(self) -> list[str]:
        """The quality pages of all data sets."""
        return [self.paths.quality.format(dataset=name) for name in self.datasets]

    @property
    def datasets(self) -> list[str]:
        """Data sets that are used, the one trained on first."""
        return list(dict.fromkeys([self.config.train, *self.config.test]))

    def ingest_digest(self, wildcards: Names) -> str:
        """Code behind a data set's ingestion: the adapter that its config names (the phantom is read as a folder)."""
        name = self.config.datasets[wildcards["dataset"]].adapter
        return self.digest("ingest.py", f"datasets.{'folder' if name == 'phantom' else name}.reading")

    def classifier_digest(self, script: str) -> Callable[[Names], str]:
        """Code behind a job of one classifier."""
        return lambda wildcards: self.digest(script, *self._head(wildcards))

    def saliency_digest(self, wildcards: Names) -> str:
        """Code behind a saliency map: the method, and the classifier's head."""
        return self.digest("explain.py", self._module("saliency", wildcards["saliency"]), *self._head(wildcards))

    def mask_digest(self, wildcards: Names) -> str:
        """Code behind a mask: the method, and the head of the classifier it may ask."""
        return self.digest("mask.py", self._module("masks", wildcards["mask"]), *self._head(wildcards))

    def enhancement_digest(self, wildcards: Names) -> str:
        """Code behind an enhancement."""
        return self.digest("enhance.py", self._module("enhancements", wildcards["enhancement"]))

    def segmenter_digest(self, script: str) -> Callable[[Names], str]:
        """Code behind a job of one segmenter."""
        return lambda wildcards: self.digest(script, self._module("segmenters", wildcards["segmenter"]))

    def _module(self, family: str, name: str) -> str:
        return f"{family}.{getattr(self.config, family)[name].method}"

    def _head(self, wildcards: Names) -> list[str]:
        name = wildcards["classifier"]
        return [] if name == NONE else [f"classifiers.{self.config.classifiers[name].head.pooling}"]

    def spec(self, family: str, wildcard: str) -> Callable[[Names], str]:
        """Config of the component that a wildcard names, as one JSON; an edit reruns that component's jobs."""
        return lambda wildcards: str(getattr(self.config, family)[wildcards[wildcard]].to_json())

    def dataset_spec(self, wildcards: Names) -> str:
        """Config of a data set without its size: a new subject touches its own shard only."""
        spec = self.config.datasets[wildcards["dataset"]]
        return str(spec.model_dump_json(exclude={"subjects"}))

    def phantom_subjects(self, wildcards: Names) -> list[str]:
        """Numbers of the phantom subjects in a shard."""
        return [source.name for source in self._sources(wildcards["dataset"])[int(wildcards["shard"])]]

    def members(self, wildcards: Names) -> str:
        """Digest of the sources of a shard."""
        return stamps(self._sources(wildcards["dataset"])[int(wildcards["shard"])])

    @staticmethod
    def memory(megabytes: int) -> Callable[[Names, int], int]:
        """Memory of a job, MB; a retry gets more."""
        return lambda wildcards, attempt: megabytes * attempt


def _let_jobs_find(house: Path) -> None:
    """Jobs run this Python and the package and scripts of this checkout, whatever else is installed."""
    for variable, folders in (
        ("PATH", [Path(sys.executable).parent]),
        ("PYTHONPATH", [house / "src", house]),
    ):
        before = os.environ.get(variable)
        os.environ[variable] = os.pathsep.join([*map(str, folders), *([before] if before else [])])


def as_options(files: Files, names: Iterable[str]) -> str:
    """Options of a program for inputs that not every job has.

    Args:
        files: inputs by name.
        names: which of them become options, where they are there.
    """
    given = {name: files[name] for name in names if name in files}
    lists = {name: [value] if isinstance(value, str) else value for name, value in given.items()}
    return " ".join(shlex.join([f"--{name.replace('_', '-')}", *values]) for name, values in lists.items())


def _one_of(names: Iterable[str]) -> str:
    return "|".join(sorted(names))

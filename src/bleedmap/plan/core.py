"""What the rules of all stages share: the checked config, shards, digests, options."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self

from bleedmap.config.base import Spec
from bleedmap.config.load import load_config
from bleedmap.config.names import NONE
from bleedmap.config.workflow import Config
from bleedmap.datasets import listing
from bleedmap.datasets.sources import Source, by_shard
from bleedmap.paths import Paths
from bleedmap.plan.inputs import Inputs, Options, content
from bleedmap.plan.places import check_places
from bleedmap.provenance.digest import code_digest
from bleedmap.splits.choices import dataset_of

Names = Mapping[str, str]  # Snakemake's wildcards
Files = dict[str, str | list[str]]  # inputs of a job by name


@dataclass(frozen=True)
class Plan:
    """What all rules ask.

    Args:
        config: the checked config.
        house: folder of the checkout.
        cached: whether this run keeps what networks learn and see in a cache that several checkouts share.
        own: Snakemake's mark of a file that lies on this machine, wherever the results lie; none outside of Snakemake.
    """

    config: Config
    house: Path
    cached: bool = False
    own: Callable[[str], str] = str

    @classmethod
    def of(
        cls, values: Mapping[str, Any], house: Path, *, cached: bool = False, own: Callable[[str], str] = str
    ) -> Self:
        """Check the config, list its data sets and let jobs find this checkout.

        Raises:
            ConfigError: one sentence on what is wrong with the config, or with the place of checkout or results.
            TableError: one on what is wrong with a data set's folder or tables.
        """
        plan = cls(load_config(values), house, cached, own)
        check_places(house, Path(plan.config.results))
        for name in plan.datasets:
            plan.shards(name)
        _let_jobs_find(house)
        return plan

    @cached_property
    def paths(self) -> Paths:
        """Where artifacts lie."""
        return Paths(self.config.results)

    @property
    def wildcards(self) -> dict[str, str]:
        """What each wildcard may be: the names of the config, nothing else."""
        config = self.config
        split, fold = _one_of(config.splits), r"\d+"
        return {
            "dataset": _one_of(config.datasets),
            "shard": r"\d+",
            "split": split,
            "learnt": split,
            "taught": split,
            "fold": fold,
            "learnt_fold": fold,
            "taught_fold": fold,
            "classifier": _one_of([*config.classifiers, NONE]),
            "saliency": _one_of([*config.saliency, NONE]),
            "mask": _one_of(config.masks),
            "detector": _one_of(config.detectors),
            "enhancement": _one_of(config.enhancements),
            "segmenter": _one_of(config.segmenters),
            "method": _one_of(config.methods),
            "member": r"fold-\d+|folds",
            "folder": _one_of(config.predict),
        }

    @cached_property
    def datasets(self) -> list[str]:
        """Data sets that a split deals out, in the order of the splits."""
        return list(dict.fromkeys(dataset_of(self.config, split) for split in self.config.splits))

    def shards(self, dataset: str) -> list[int]:
        """Numbers of the shards that hold at least one source."""
        return sorted(self.sources(dataset))

    def sources(self, dataset: str) -> dict[int, list[Source]]:
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

    def shards_of(self, pattern: str) -> Callable[[Names], list[str]]:
        """Input function: a pattern's files over all shards of the data set that the job is about."""
        return lambda wildcards: self.over_shards(pattern, **wildcards)

    def digest(self, script: str, *components: Spec, more: Iterable[str] = ()) -> str:
        """Digest of a program and of the package modules it reaches.

        Args:
            script: file name in ``scripts``.
            components: specs of what the program loads by name; the components inside them count too.
            more: names of other modules that it loads by name.
        """
        modules = {name for spec in components for name in spec.modules()}
        return _digest(self.house, script, tuple(sorted(modules.union(more))))

    @staticmethod
    def memory(megabytes: int, processes: Callable[[Names], int] = lambda wildcards: 1) -> Callable[[Names, int], int]:
        """Memory of a job, MB; a retry gets more.

        Args:
            megabytes: of a process.
            processes: how many the job has.
        """
        return lambda wildcards, attempt: megabytes * processes(wildcards) * attempt

    @staticmethod
    def minutes(minutes: int) -> Callable[[Names, int], int]:
        """Time of a job, minutes, which a cluster holds it to; a retry gets more."""
        return lambda wildcards, attempt: minutes * attempt

    @staticmethod
    def as_options(wildcards: Names, input: Inputs) -> Options:
        """All inputs of a job as options of its program, for rules whose jobs do not all have the same ones."""
        return Options(input)

    def content(self, wildcards: Names, input: Inputs) -> str:
        """What the inputs of a job hold, for the key under which its outputs are cached.

        By itself Snakemake makes a key from the code and params of all earlier jobs; but sources are told by names and
        sizes alone, and hashed names differ from user to user.
        """
        return content(input) if self.cached else ""


@cache
def _digest(house: Path, script: str, modules: tuple[str, ...]) -> str:
    return code_digest(house / "scripts" / script, modules, house / "src")


def _let_jobs_find(house: Path) -> None:
    """Jobs run this Python and the package and scripts of this checkout, whatever else is installed or lies around."""
    os.environ["PYTHONSAFEPATH"] = "1"  # else a folder of the name scripts where the run is started would come first
    for variable, folders in (
        ("PATH", [Path(sys.executable).parent]),
        ("PYTHONPATH", [house / "src", house]),
    ):
        before = os.environ.get(variable)
        os.environ[variable] = os.pathsep.join([*map(str, folders), *([before] if before else [])])


def _one_of(names: Iterable[str]) -> str:
    # a wildcard without any name matches nothing
    return "|".join(sorted(names)) or r"(?!)"

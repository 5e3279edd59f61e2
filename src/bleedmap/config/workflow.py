"""The whole config: components by name, splits, and methods as paths through them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from bleedmap.config.base import Spec
from bleedmap.config.brain import AnyBrain, SkullInteriorSpec
from bleedmap.config.chains import check_chains
from bleedmap.config.classifiers import AnyClassifier
from bleedmap.config.datasets import AnyDataset
from bleedmap.config.detectors import AnyDetector
from bleedmap.config.enhancements import AnyEnhancement
from bleedmap.config.faithfulness import FaithfulnessSpec
from bleedmap.config.masks import AnyMask
from bleedmap.config.names import NONE, Name, check_free, check_known
from bleedmap.config.overlaps import check_overlaps
from bleedmap.config.predict import PredictSpec
from bleedmap.config.report import ReportSpec
from bleedmap.config.rows import MethodSpec, check_row
from bleedmap.config.saliency import AnySaliency
from bleedmap.config.scoring import ScoringSpec
from bleedmap.config.search_places import take_searches
from bleedmap.config.searches import Searches
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.config.slices import SliceSpec
from bleedmap.config.splits import SplitSpec, tests, trains
from bleedmap.config.tuning import TuningSpec
from bleedmap.constants import SCAN_MB

_NAMED = (
    "datasets",
    "splits",
    "classifiers",
    "saliency",
    "masks",
    "detectors",
    "enhancements",
    "segmenters",
    "methods",
)


class Config(Spec):
    """Everything ``config.yaml`` may say."""

    results: str = Field(
        "results",
        min_length=1,
        description="folder of all outputs; taken as it is written, ~ and $NAME are not filled in",
    )
    seed: int = Field(1, ge=0, lt=2**63, description="seed of splits, weights, batch order and augmentation")
    scan_mb: int = Field(
        SCAN_MB,
        ge=100,
        description="memory, MB, that reading one scan or bringing it to the working grid may take; a scan whose "
        "headers or distances ask for more is refused. 2000: three times what 400 slices of 512 x 512 pixels take",
    )
    datasets: dict[Name, AnyDataset] = Field(min_length=1, description="data sets by name")
    splits: dict[Name, SplitSpec] = Field(min_length=1, description="how their subjects are dealt out, by name")
    brain: AnyBrain = SkullInteriorSpec()
    slices: SliceSpec = SliceSpec()
    classifiers: dict[Name, AnyClassifier] = Field({}, description="slice classifiers by name")
    saliency: dict[Name, AnySaliency] = Field({}, description="saliency methods by name")
    masks: dict[Name, AnyMask] = Field({}, description="mask methods by name")
    detectors: dict[Name, AnyDetector] = Field({}, description="detectors of points by name")
    enhancements: dict[Name, AnyEnhancement] = Field({}, description="what segmenters' input goes through, by name")
    segmenters: dict[Name, AnySegmenter] = Field({}, description="segmenters by name")
    searches: SkipJsonSchema[Searches] = Field(
        {}, exclude=True, description="what the components leave to a search; collected, never written in a config"
    )
    methods: dict[Name, MethodSpec] = Field(min_length=1, description="rows of the leaderboard by name, in its order")
    tuning: TuningSpec = TuningSpec()
    comparisons: tuple[tuple[Name, Name], ...] | None = Field(
        None, description="pairs of methods to test against each other; null: every row against the one before it"
    )
    faithfulness: FaithfulnessSpec | None = Field(
        FaithfulnessSpec(), description="how saliency maps are measured without masks; null: they are not"
    )
    scoring: ScoringSpec = ScoringSpec()
    predict: dict[Name, PredictSpec] = Field(
        {}, description="folders of new scans by name, for the rule predict; no part of rule all"
    )
    report: ReportSpec = ReportSpec()

    @model_validator(mode="before")
    @classmethod
    def _without_searches(cls, values: Any) -> Any:  # noqa: ANN401
        if not isinstance(values, Mapping):
            return values
        if "searches" in values:
            msg = "searches: no key of a config; write {search: ...} in the place of the number itself"
            raise ValueError(msg)
        return take_searches(values)

    @field_validator("results")
    @classmethod
    def _can_be_a_folder(cls, results: str) -> str:
        """Refuse what a rule would take for something else; without slashes that say nothing."""
        told = {
            "braces, which are wildcards": set("{}") & set(results),
            "a line end or another sign that is not printed": not results.isprintable(),
            "a blank at its start or end": results != results.strip(),
            "no name of its own": Path(results) == Path(),
            "a dash at its start, as an option": results.startswith("-"),
            "a ~ at its start or a $NAME, which nothing fills in": re.match(r"~|.*\$\w", results),
        }
        for what, is_so in told.items():
            if is_so:
                msg = f"results: a folder with {what}; choose another, or write its path in full"
                raise ValueError(msg)
        return Path(results).as_posix()

    @field_validator("classifiers", "segmenters")
    @classmethod
    def _learn_on_a_split(cls, parts: Mapping[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
        """Fill in ``learns`` where there is one split to learn on."""
        if "splits" not in info.data:
            return parts
        splits = info.data["splits"]
        return {name: _with_split(f"{info.field_name}.{name}", spec, splits) for name, spec in parts.items()}

    @field_validator("methods")
    @classmethod
    def _scored_on_splits(cls, rows: dict[Name, MethodSpec], info: ValidationInfo) -> dict[Name, MethodSpec]:
        """Fill in ``scored`` with all splits that have test subjects."""
        tested = tuple(name for name, split in info.data.get("splits", {}).items() if tests(split))
        for name, row in rows.items():
            for split in row.scored or ():
                check_known(f"methods.{name}.scored", "splits with test subjects", split, tested)
        if not tested and "splits" in info.data:
            msg = "no split has test subjects, so no method can be scored; give one folds above 1, or a test_share"
            raise ValueError(msg)
        return {name: row.model_copy(update={"scored": row.scored or tested}) for name, row in rows.items()}

    @model_validator(mode="after")
    def _names_are_free_and_known(self) -> Self:
        for family in _NAMED:
            check_free(family, getattr(self, family))
        for name, split in self.splits.items():
            check_known(f"splits.{name}.dataset", "datasets", split.dataset or name, self.datasets)
            if name in self.datasets and (split.dataset or name) != name:
                msg = f"splits.{name} has the name of another data set than its own, {split.dataset!r}; rename it"
                raise ValueError(msg)
        for name, classifier in self.classifiers.items():
            for dataset in classifier.windows_for:
                check_known(f"classifiers.{name}.windows_for", "datasets", dataset, self.datasets)
        for name, segmenter in self.segmenters.items():
            if segmenter.enhancement != NONE:
                check_known(f"segmenters.{name}.enhancement", "enhancements", segmenter.enhancement, self.enhancements)
        return self

    @model_validator(mode="after")
    def _rows_can_be_walked(self) -> Self:
        check_chains(self)
        check_overlaps({key: self.datasets[key] for name, s in self.splits.items() for key in [s.dataset or name]})
        for name, row in self.methods.items():
            check_row(f"methods.{name}", row, self)
        for pair in self.comparisons or ():
            for name in pair:
                check_known("comparisons", "methods", name, self.methods)
            if pair[0] == pair[1]:
                msg = f"comparisons: {pair[0]!r} is compared with itself; name two methods"
                raise ValueError(msg)
            if not set.intersection(*(_scored_on(self.methods[name].scored, self.splits) for name in pair)):
                msg = (
                    f"comparisons: {pair[0]!r} and {pair[1]!r} are scored on no data set in common; leave the pair out"
                )
                raise ValueError(msg)
        return self


def _scored_on(scored: Any, splits: Mapping[str, SplitSpec]) -> set[str]:  # noqa: ANN401
    """Data sets whose subjects a row is scored on."""
    return {splits[split].dataset or split for split in scored or ()}


def _with_split(key: str, spec: Any, splits: Mapping[str, SplitSpec]) -> Any:  # noqa: ANN401
    """A network's spec with the split that it learns on."""
    able = [name for name, split in splits.items() if trains(split)]
    if spec.learns is not None:
        check_known(f"{key}.learns", "splits with training subjects", spec.learns, able)
        return spec
    if len(able) != 1:
        found = "several splits have" if able else "no split has"
        msg = f"{key}: {found} training subjects; name one as learns ({', '.join(able) or 'and give it some'})"
        raise ValueError(msg)
    return spec.model_copy(update={"learns": able[0]})

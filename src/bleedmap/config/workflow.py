"""The whole config: components by name, and methods as paths through them."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from bleedmap.config.base import Spec
from bleedmap.config.brain import AnyBrain, SkullInteriorSpec
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.datasets import AnyDataset
from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.config.enhancements import AnyEnhancement
from bleedmap.config.masks import AnyMask
from bleedmap.config.names import NONE, Name, nearest
from bleedmap.config.nifti_datasets import BhsdSpec
from bleedmap.config.saliency import AnySaliency
from bleedmap.config.scoring import ScoringSpec
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.config.slices import SliceSpec
from bleedmap.config.starts import check_starts


class FoldSpec(Spec):
    """Split by subject: of ``count`` parts, fold k tests on part k, validates on part k + 1, trains on the rest."""

    count: int = Field(5, ge=3, description="parts that the subjects are split into")
    validation_share: float | None = Field(
        None,
        gt=0,
        description="share of all subjects that validates, out of part k + 1, whose others train; null: the whole part",
    )
    run: tuple[int, ...] | None = Field(None, description="folds to run; null: all")

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        wrong = [k for k in self.run or () if not 0 <= k < self.count]
        if wrong or self.run == ():
            msg = f"folds {wrong or 'none'} of {self.count}; give one or more of 0 to {self.count - 1}"
            raise ValueError(msg)
        if self.validation_share is not None and self.validation_share * self.count > 1 + 1e-9:
            msg = (
                f"folds.validation_share {self.validation_share} is more than a part of 1/{self.count}; "
                "give less, or a lower folds.count"
            )
            raise ValueError(msg)
        return self

    def deal_json(self) -> str:
        """What decides who is in which part; which folds are run does not."""
        return self.model_copy(update={"run": None}).to_json()

    @property
    def indices(self) -> tuple[int, ...]:
        """Folds to run."""
        return tuple(range(self.count)) if self.run is None else tuple(sorted(set(self.run)))


class MethodSpec(Spec):
    """One row of the leaderboard: a path of component names; ``none`` where a step is left out."""

    classifier: Name = Field(NONE, description="name under classifiers")
    saliency: Name = Field(NONE, description="name under saliency")
    mask: Name = Field(description="name under masks")
    segmenter: Name = Field(NONE, description="name under segmenters")


class ReportSpec(Spec):
    """What the report shows."""

    overlays: int = Field(8, ge=1, le=100, description="overlay panels, slices of test scans with the largest bleeds")
    quality_scans: int = Field(
        500, ge=1, le=10000, description="scans with a picture on a data set's quality page, flagged ones first"
    )


class Config(Spec):
    """Everything ``config.yaml`` may say."""

    results: str = Field("results", pattern=r"^[^{}]+$", description="folder of all outputs")
    seed: int = Field(1, ge=0, description="seed of folds, weights, batch order and augmentation")
    datasets: dict[Name, AnyDataset] = Field(min_length=1, description="data sets by name")
    train: Name = Field(description="data set that networks are trained on")
    test: tuple[Name, ...] = Field(min_length=1, description="data sets that methods are scored on")
    folds: FoldSpec = FoldSpec()
    brain: AnyBrain = SkullInteriorSpec()
    slices: SliceSpec = SliceSpec()
    classifiers: dict[Name, ClassifierSpec] = Field({}, description="slice classifiers by name")
    saliency: dict[Name, AnySaliency] = Field({}, description="saliency methods by name")
    masks: dict[Name, AnyMask] = Field(min_length=1, description="mask methods by name")
    enhancements: dict[Name, AnyEnhancement] = Field({}, description="what segmenters' input goes through, by name")
    segmenters: dict[Name, AnySegmenter] = Field({}, description="segmenters by name")
    methods: dict[Name, MethodSpec] = Field(min_length=1, description="rows of the leaderboard by name, in its order")
    comparisons: tuple[tuple[Name, Name], ...] | None = Field(
        None, description="pairs of methods to test against each other; null: every row against the one before it"
    )
    scoring: ScoringSpec = ScoringSpec()
    report: ReportSpec = ReportSpec()

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for name in (self.train, *self.test):
            _known("train or test", "datasets", name, self.datasets)
        for row, method in self.methods.items():
            _known(f"methods.{row}.mask", "masks", method.mask, self.masks)
            for family in ("classifier", "saliency", "segmenter"):
                plural = family if family == "saliency" else f"{family}s"
                name = getattr(method, family)
                if name != NONE:
                    _known(f"methods.{row}.{family}", plural, name, getattr(self, plural))
            self._check_path(row, method)
        for name, segmenter in self.segmenters.items():
            if segmenter.enhancement != NONE:
                _known(f"segmenters.{name}.enhancement", "enhancements", segmenter.enhancement, self.enhancements)
        for pair in self.comparisons or ():
            for name in pair:
                _known("comparisons", "methods", name, self.methods)
            if pair[0] == pair[1]:
                msg = f"comparisons: {pair[0]!r} is compared with itself; name two methods"
                raise ValueError(msg)
        check_starts(self.classifiers)
        return self

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Methods to test against each other: the later row first."""
        rows = list(self.methods)
        return tuple(zip(rows[1:], rows, strict=False)) if self.comparisons is None else self.comparisons

    @model_validator(mode="after")
    def _no_patient_on_both_sides(self) -> Self:
        used = {name: self.datasets[name] for name in (self.train, *self.test)}
        for name, spec in used.items():
            for other, bhsd in used.items():
                if isinstance(spec, Rsna2019Spec) and isinstance(bhsd, BhsdSpec) and not _is_excluded(spec, bhsd):
                    msg = (
                        f"datasets.{other} is made of patients of datasets.{name}, so some would be trained and tested "
                        f"on; add the root of {other} to datasets.{name}.exclude"
                    )
                    raise ValueError(msg)
        return self

    def _check_path(self, row: str, method: MethodSpec) -> None:
        reads_maps = self.masks[method.mask].reads_saliency
        given = (method.classifier != NONE, method.saliency != NONE)
        if reads_maps and not all(given):
            msg = f"methods.{row}: mask {method.mask!r} reads a saliency map; name a classifier and a saliency"
            raise ValueError(msg)
        if not reads_maps and any(given):
            msg = f"methods.{row}: mask {method.mask!r} reads no saliency map; leave classifier and saliency out"
            raise ValueError(msg)
        if self.masks[method.mask].method == "truth" and method.segmenter == NONE:
            msg = f"methods.{row}: the truth scored against itself says nothing; name a segmenter"
            raise ValueError(msg)


def _is_excluded(spec: Rsna2019Spec, bhsd: BhsdSpec) -> bool:
    root = bhsd.root.resolve()
    return any(root.is_relative_to(place.resolve()) for place in spec.exclude)


def _known(key: str, family: str, name: str, names: Mapping[str, object]) -> None:
    if name not in names:
        msg = f"{key}: no {name!r} under {family}; {nearest(name, names)}"
        raise ValueError(msg)

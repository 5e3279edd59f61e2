"""Splits: how the subjects of one data set are dealt out to training, validation, tuning and test."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bleedmap.config.base import Spec
from bleedmap.config.names import Name

ROUNDING = 1e-9  # shares that a user means to add up to 1 may miss it by this much


class SplitSpec(Spec):
    """Subjects of one data set dealt out: k folds for cross-validation, one fold to train here and test elsewhere."""

    dataset: Name | None = Field(None, description="name under datasets; null: the split's own name")
    folds: int = Field(
        1,
        ge=1,
        le=100,
        description="1: subjects are dealt out once, by the shares below; k: cross-validation, fold i tests the i-th "
        "of k parts and takes validation and tuning subjects from the parts after it",
    )
    run: tuple[int, ...] | None = Field(None, description="folds to run; null: all")
    test_share: float = Field(
        0, ge=0, le=1, description="share of all subjects that is tested, with folds 1; 1: a data set for tests alone"
    )
    tune_share: float = Field(
        0,
        ge=0,
        le=1,
        description="share of all subjects on which searched values are chosen; 0: on the validation subjects",
    )
    validation_share: float | None = Field(
        None,
        ge=0,
        le=1,
        description="share of all subjects that validates; null: with folds 1 a tenth, with 2 a quarter of those not "
        "tested, with more the whole next part; 0 where nobody trains",
    )
    exclude: tuple[Path, ...] = Field(
        (), description="text files with one public subject name a line, whose subjects take no part"
    )
    same_names: Literal["refuse", "other_people"] = Field(
        "refuse",
        description="what it means if another data set, on which a network scored here learns, has subjects of the "
        "same public names: refuse, they may be the same people; other_people, you know that they are not. Running "
        "numbers and hashed names are always taken for other people",
    )

    @field_validator("validation_share")
    @classmethod
    def _filled_in(cls, share: float | None, info: ValidationInfo) -> float | None:
        if share is not None or not {"folds", "test_share", "tune_share"} <= info.data.keys():
            return share
        folds = info.data["folds"]
        rest = 1 - (info.data["test_share"] if folds == 1 else 1 / folds) - info.data["tune_share"]
        if rest < ROUNDING:
            return 0.0
        wanted: float = {1: 0.1, 2: rest / 4}.get(folds, 1 / folds)
        return wanted

    @model_validator(mode="after")
    def _folds_exist(self) -> Self:
        wrong = [k for k in self.run or () if not 0 <= k < self.folds]
        if wrong or self.run == ():
            msg = f"run: folds {wrong or 'none'} of {self.folds}; give one or more of 0 to {self.folds - 1}"
            raise ValueError(msg)
        if self.folds > 1 and self.test_share:
            msg = f"test_share {self.test_share} with {self.folds} folds, which test every part in turn; leave it out"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        test = self.test_share if self.folds == 1 else 1 / self.folds
        shares = {"tested": test, "tuned on": self.tune_share, "validating": self.validation_share or 0}
        if sum(shares.values()) > 1 + ROUNDING:
            told = ", ".join(f"{share:.3g} {name}" for name, share in shares.items())
            msg = f"shares of all subjects add up to more than 1 ({told}); lower tune_share or validation_share"
            raise ValueError(msg)
        if trains(self) and not self.validation_share:
            msg = "validation_share 0, though subjects are left to train on; give it, or deal out all to test and tune"
            raise ValueError(msg)
        return self


def trains(split: SplitSpec) -> bool:
    """Whether a split has training subjects."""
    test = split.test_share if split.folds == 1 else 1 / split.folds
    return test + split.tune_share + (split.validation_share or 0) < 1 - ROUNDING


def tests(split: SplitSpec) -> bool:
    """Whether a split has test subjects."""
    return split.folds > 1 or split.test_share > 0


def tunes(split: SplitSpec) -> bool:
    """Whether a split has subjects on which values can be chosen."""
    return bool(split.tune_share or split.validation_share)

"""Tuning."""

from typing import Literal

from pydantic import Field

from bleedmap.config.base import Spec


class TuningSpec(Spec):
    """How values are tuned."""

    strategy: Literal["grid", "coordinate", "bayes"] = Field("grid", description="how candidates are chosen")
    unit: Literal["slice", "subject", "pooled"] = Field("subject", description="what Dice is a mean of")
    trials: int = Field(30, ge=1, description="candidates of bayes")
    rounds: int = Field(3, ge=1, description="rounds of coordinate")
    seed: int = Field(0, ge=0, description="seed of bayes")

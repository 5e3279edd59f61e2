"""How values that a component leaves to a search are chosen."""

from typing import Literal

from pydantic import Field

from bleedmap.config.base import Spec


class TuningSpec(Spec):
    """Search for the values with the highest Dice, of a detector localisation F1, on the tuning subjects of a fold."""

    strategy: Literal["grid", "coordinate", "bayes"] = Field(
        "grid", description="grid: every combination; coordinate: one key after the other; bayes: a Gaussian process"
    )
    unit: Literal["slice", "subject", "pooled"] = Field(
        "subject",
        description="whose Dice is averaged: of slices with a bleed, of subjects (a healthy one counts 1 if nothing is "
        "found, else 0), or one over all voxels pooled; of a detector all boxes are pooled",
    )
    trials: int = Field(50, ge=2, le=10000, description="combinations that bayes tries")
    rounds: int = Field(2, ge=1, le=100, description="times that coordinate goes over all keys")
    seed: int = Field(0, ge=0, description="seed of bayes")

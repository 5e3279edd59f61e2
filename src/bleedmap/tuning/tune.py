"""Tuning of any component: scans outside, candidates inside, so that each scan is read once a batch of candidates."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.base import Spec
from bleedmap.config.searches import Search
from bleedmap.config.tuning import TuningSpec
from bleedmap.console import say
from bleedmap.constants import SUBTYPES
from bleedmap.errors import ConfigError, TableError
from bleedmap.tuning.candidates import fill, is_integer
from bleedmap.tuning.dimension import Dimension
from bleedmap.tuning.objective import DiceByUnit, Overlap
from bleedmap.tuning.search import search
from bleedmap.tuning.trials import Setting
from bleedmap.tuning.tuned import Tuned

AnySpec = TypeVar("AnySpec", bound=Spec)
Labels = NDArray[np.uint8]
CLASS_LABELS = tuple(range(1, len(SUBTYPES) + 1))
# one scan: whose it is, its truth, its slices with truth, and what gives a candidate's labels of it
OpenScan = tuple[str, Labels, NDArray[np.bool_], Callable[[AnySpec], Labels]]


def tune(
    spec: AnySpec,
    searches: Mapping[str, Search],
    tuning: TuningSpec,
    scans: Callable[[], Iterator[OpenScan[AnySpec]]],
    *,
    by_class: bool = False,
) -> Tuned:
    """The best values of a component's searched keys, by Dice of its labels on the working grid.

    Args:
        spec: as for ``tune_by``.
        searches: as for ``tune_by``.
        tuning: strategy and unit.
        scans: reads all tuning scans, one after the other; called once a batch of candidates.
        by_class: whether Dice is the mean over the subtypes that are drawn, instead of that of hemorrhage of any kind.

    Raises:
        BleedmapError: as ``tune_by``.
    """
    classes = CLASS_LABELS if by_class else (None,)
    return tune_by(spec, searches, tuning, lambda candidates: _dice(candidates, tuning.unit, scans, classes))


def tune_by(
    spec: AnySpec,
    searches: Mapping[str, Search],
    tuning: TuningSpec,
    measure: Callable[[Sequence[AnySpec]], Sequence[tuple[float, int]]],
    name: str = "Dice",
) -> Tuned:
    """The best values of a component's searched keys, by any measure.

    Args:
        spec: the component; keys that are not searched stay.
        searches: by dotted key.
        tuning: strategy.
        measure: score and number of units of each of a batch of candidates; NaN is no score.
        name: of the measure.

    Raises:
        ConfigError: the component refuses every candidate.
        TableError: no candidate has a score: no tuning scan has hemorrhage.
    """
    dimensions = {key: Dimension.of(each, is_integer=is_integer(spec, key)) for key, each in sorted(searches.items())}
    rows: list[dict[str, float]] = []
    refusals: list[ConfigError] = []

    def judge(settings: Sequence[Setting]) -> list[float]:
        candidates = [_filled(spec, setting) for setting in settings]
        refusals.extend(each for each in candidates if isinstance(each, ConfigError))
        accepted = {number: each for number, each in enumerate(candidates) if not isinstance(each, ConfigError)}
        measured = dict(zip(accepted, measure(list(accepted.values())) if accepted else (), strict=True))
        scores = [measured.get(number, (math.nan, 0)) for number in range(len(candidates))]
        rows.extend({**setting, "score": score, "n": n} for setting, (score, n) in zip(settings, scores, strict=True))
        return [score for score, _ in scores]

    best = search(tuning, dimensions, judge)
    if best is None:
        if len(refusals) == len(rows):
            raise refusals[0]
        raise TableError(
            "no-tuning-score",
            found="tuning scans without hemorrhage in their truth or boxes",
            expected="at least one with",
            remedy="give the split more tuning or validation subjects",
        )
    at_end = [key for key, dimension in dimensions.items() if dimension.is_end(best[key])]
    for key in at_end:
        say(f"the best {key}, {best[key]:g}, lies at the end of its search: a wider one may find better")
    curve = _curve(rows, best, at_end)
    logs = tuple(key for key, dimension in dimensions.items() if dimension.kind == "log")
    return Tuned(fill(spec, best), float(curve.loc[curve["chosen"] == 1, "score"].iloc[0]), curve, logs, name)


def _dice(
    candidates: Sequence[AnySpec],
    unit: str,
    scans: Callable[[], Iterator[OpenScan[AnySpec]]],
    classes: Sequence[int | None],
) -> list[tuple[float, int]]:
    dice = [[DiceByUnit(unit) for _ in classes] for _ in candidates]
    for subject, truth, drawn, labels in scans():
        for candidate, sums in zip(candidates, dice, strict=True):
            found = labels(candidate)[drawn]
            for label, one in zip(classes, sums, strict=True):
                one.add(subject, Overlap.of(found, truth[drawn], label))
    return [_mean(sums) for sums in dice]


def _mean(dice: Sequence[DiceByUnit]) -> tuple[float, int]:
    """Mean over the classes that are drawn somewhere, and over how many units."""
    each = [(score, n) for score, n in (one.score() for one in dice) if n]
    return (sum(score for score, _ in each) / len(each), sum(n for _, n in each)) if each else (math.nan, 0)


def _filled(spec: AnySpec, setting: Setting) -> AnySpec | ConfigError:
    try:
        return fill(spec, setting)
    except ConfigError as refusal:
        # two ranges of a grid may cross, such as the ends of an interval; such a corner is no candidate
        return refusal


def _curve(rows: Sequence[Mapping[str, float]], best: Setting, at_end: Sequence[str]) -> pd.DataFrame:
    curve = pd.DataFrame(rows)
    chosen = (curve[list(best)] == pd.Series(best)).all(axis=1)
    return curve.assign(chosen=chosen.astype(int), at_end=np.where(chosen, " ".join(at_end), ""))

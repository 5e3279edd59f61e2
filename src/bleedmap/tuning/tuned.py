"""What a tuning leaves behind: the component's spec with the best values, and how every candidate did."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bleedmap.config.base import Spec
from bleedmap.provenance.atomic import write_text
from bleedmap.provenance.tables import write_table
from bleedmap.tuning.curve_picture import draw_curve


@dataclass(frozen=True)
class Tuned:
    """The result of a tuning.

    Args:
        spec: the component with the best values.
        score: its value of the measure on the tuning subjects.
        curve: a row a candidate, in the order of trying: its keys, ``score`` (NaN: none), ``n`` (units of which the
            score is a mean), ``chosen`` (1 for the best) and ``at_end`` (of the best: keys, with spaces between, whose
            value is the lowest or highest of its search, so that a wider one may hold a better value).
        log_keys: keys that were searched on a log scale.
        measure: what is maximised.
    """

    spec: Spec
    score: float
    curve: pd.DataFrame
    log_keys: tuple[str, ...]
    measure: str = "Dice"


def write_tuned(tuned: Tuned, out: Path) -> None:
    """Write ``curve.csv`` and ``curve.png`` beside the spec, and the spec last: equal results give equal bytes.

    Args:
        tuned: what to write.
        out: JSON file of the spec, all values included.
    """
    write_table(tuned.curve, out.parent / "curve.csv")
    draw_curve(tuned.curve, tuned.log_keys, out.parent / "curve.png", tuned.measure)
    write_text(out, tuned.spec.to_json() + "\n")

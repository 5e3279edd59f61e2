"""Predict many scans: each is told of, none stops the others, and finished ones are left as they are.

While a GPU works on one, others are read or what was found in them is written.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd

from bleedmap.console import say
from bleedmap.datasets.new_scans import Input
from bleedmap.errors import BleedmapError, ReadError
from bleedmap.predict.finished import clear, finished, key_of, replace_result
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.scan import predict_scan
from bleedmap.provenance.digest import code_digest
from bleedmap.provenance.tables import write_table
from bleedmap.slices.each_scan import Turn, scans_at_once, turn_of
from bleedmap.slices.prefetch import ahead
from bleedmap.volumes.one_scan import is_scan_fault, named_fault

COLUMNS = ("scan", "state", "volume_ml", "bleeding_slices", "slices", "flags", "faults")
REASON = ("code", "found", "expected", "remedy")
FOUND, REFUSED = "found", "refused"
MOST_AT_ONCE = 4  # scans side by side; in memory, one takes gigabytes


@dataclass(frozen=True)
class Outcome:
    """What became of one scan.

    Args:
        scan: its public name.
        summary: what its result says in short; empty where it was refused.
        refusal: why it was refused.
    """

    scan: str
    summary: dict[str, Any]
    refusal: BleedmapError | None = None

    @property
    def is_clean(self) -> bool:
        """Whether there is a result and nothing speaks against it."""
        return bool(self.summary.get("clean"))


def predict_scans(
    method: TrainedMethod, inputs: Sequence[Input], folder_of: Callable[[Input], Path], at_once: int | None = None
) -> list[Outcome]:
    """Predict scans that have no result of this method yet; a run that is cut short loses at most the scans in hand.

    Args:
        method: the trained method.
        inputs: scans.
        folder_of: where the result of a scan belongs.
        at_once: scans side by side; 0: each after the other; None: for a GPU as many as there are threads, at most
            ``MOST_AT_ONCE``, and else 0.
    """
    bundle, outcomes = method.bundle, []
    maker = f"{bundle.digest} {code_digest(Path(__file__), bundle.settings.modules())}"
    turn = partial(turn_of, Lock())

    def predict(numbered: tuple[int, Input]) -> tuple[Outcome, list[str]]:
        number, each = numbered
        name = f"{number}/{len(inputs)} {each.id}" if len(inputs) > 1 else "bleedmap"
        return _predict(method, maker, each, folder_of(each), name, turn)

    workers = min(scans_at_once(), MOST_AT_ONCE) if at_once is None else at_once
    for outcome, told in ahead(predict, enumerate(inputs, start=1), workers):
        for line in told:
            say(line)
        outcomes.append(outcome)
    return outcomes


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """0: all have a clean result; 8: some are refused or have something told against them; 2: none has a result."""
    if not any(each.summary for each in outcomes):
        return 2
    return 0 if all(each.is_clean for each in outcomes) else 8


def write_outcomes(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write a row a scan, sorted by name: what was found in short, or why it was refused."""
    rows = []
    for each in sorted(outcomes, key=lambda outcome: outcome.scan):
        row = {name: each.summary.get(name, "") for name in (*COLUMNS, *REASON)}
        reason = asdict(each.refusal) if each.refusal else {}
        rows.append(row | {"scan": each.scan, "state": FOUND if each.summary else REFUSED} | reason)
    write_table(pd.DataFrame(rows, columns=[*COLUMNS, *REASON]), path)


def write_private(inputs: Sequence[Input], path: Path) -> None:
    """Write which name stands for which of the user's paths; readable by the user alone."""
    rows = [{"scan": each.id, "input": str(each.path)} for each in inputs]
    write_table(pd.DataFrame(rows, columns=["scan", "input"]), path, private=True)


def _predict(
    method: TrainedMethod, maker: str, each: Input, folder: Path, name: str, turn: Turn
) -> tuple[Outcome, list[str]]:
    """What became of a scan, and what to tell the person who watches."""
    key = key_of(each.path, maker)
    summary, before = finished(folder, key), " (finished before)"
    if summary is None:
        before = ""
        try:
            summary = replace_result(folder, key, lambda part: _summary(method, each, part, turn))
        except Exception as error:
            clear(folder)  # a scan that is refused leaves no result, nor one of another scan
            with contextlib.suppress(OSError):  # where something else lies in it
                folder.rmdir()
            if not isinstance(error, ReadError) and not is_scan_fault(error):
                raise
            fault = error if isinstance(error, ReadError) else named_fault("to predict it", error)
            return Outcome(each.id, {}, fault), [f"{name}: {fault}"]
    return Outcome(each.id, summary), _told(summary, name, before)


def _summary(method: TrainedMethod, each: Input, part: Path, turn: Turn) -> dict[str, Any]:
    made = predict_scan(method, each.path, part, turn)
    return {
        "volume_ml": made.volume_ml,
        "bleeding_slices": len(made.bleeding_slices),
        "slices": made.slices,
        "flags": " ".join(made.flags),
        "faults": " ".join(fault["code"] for fault in made.faults),
        "told": [f"fault: {BleedmapError(**fault)}" for fault in made.faults]
        + [f"flag: {flag}" for flag in made.flags]
        + ([] if made.certainty is None else [made.certainty.sentence]),
        "clean": made.is_clean,
    }


def _told(summary: dict[str, Any], name: str, before: str) -> list[str]:
    start = "" if name == "bleedmap" else f"{name}: "
    what = f"{summary['volume_ml']:.1f} mL on {summary['bleeding_slices']} of {summary['slices']} slices"
    return [start + line for line in summary["told"]] + [f"{start}{what}{before}"]

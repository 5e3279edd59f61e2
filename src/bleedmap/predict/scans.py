"""Predict many scans in turn: each is told of, none stops the others, and finished ones are left as they are."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
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
from bleedmap.volumes.one_scan import is_scan_fault, refused

COLUMNS = ("scan", "state", "volume_ml", "bleeding_slices", "slices", "flags", "faults")
REASON = ("code", "found", "expected", "remedy")
FOUND, REFUSED = "found", "refused"


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


def predict_scans(method: TrainedMethod, inputs: Sequence[Input], folder_of: Callable[[Input], Path]) -> list[Outcome]:
    """Predict scans that have no result of this method yet; a run that is cut short loses at most the scan in hand.

    Args:
        method: the trained method.
        inputs: scans.
        folder_of: where the result of a scan belongs.
    """
    bundle, outcomes = method.bundle, []
    maker = f"{bundle.digest} {code_digest(Path(__file__), bundle.settings.modules())}"
    for number, each in enumerate(inputs, start=1):
        name = f"{number}/{len(inputs)} {each.id}" if len(inputs) > 1 else "bleedmap"
        outcomes.append(_predict(method, maker, each, folder_of(each), name))
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


def _predict(method: TrainedMethod, maker: str, each: Input, folder: Path, name: str) -> Outcome:
    key = key_of(each.path, maker)
    summary, before = finished(folder, key), " (finished before)"
    if summary is None:
        before = ""
        try:
            summary = replace_result(folder, key, lambda part: _summary(method, each, part))
        except Exception as error:
            clear(folder)  # a scan that is refused leaves no result, nor one of another scan
            with contextlib.suppress(OSError):  # where something else lies in it
                folder.rmdir()
            if isinstance(error, ReadError):
                say(f"{name}: {error}")
                return Outcome(each.id, {}, error)
            if not is_scan_fault(error):
                raise
            return Outcome(each.id, {}, refused(name, "to predict it", error))
    _tell(summary, name, before)
    return Outcome(each.id, summary)


def _summary(method: TrainedMethod, each: Input, part: Path) -> dict[str, Any]:
    made = predict_scan(method, each.path, part)
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


def _tell(summary: dict[str, Any], name: str, before: str) -> None:
    start = "" if name == "bleedmap" else f"{name}: "
    for line in summary["told"]:
        say(start + line)
    what = f"{summary['volume_ml']:.1f} mL on {summary['bleeding_slices']} of {summary['slices']} slices"
    say(f"{start}{what}{before}")

"""Tuning of a mask method's own keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.masks import AnyMask
from bleedmap.config.searches import Search
from bleedmap.config.tuning import TuningSpec
from bleedmap.console import track
from bleedmap.masks.map_inputs import MapInputs
from bleedmap.masks.mask_scan import mask_scan
from bleedmap.masks.mask_shard import read_slices, tell
from bleedmap.masks.mask_slices import MaskSlices
from bleedmap.saliency.map_store import MapStore
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore
from bleedmap.splits.roles import Roles
from bleedmap.tuning.tune import OpenScan, tune
from bleedmap.tuning.tuned import Tuned
from bleedmap.tuning.tuning_scans import TuningScan, tuning_scans, with_subtypes

if TYPE_CHECKING:
    from bleedmap.classifiers.classifier import SliceClassifier


def tune_mask(
    spec: AnyMask,
    searches: Mapping[str, Search],
    tuning: TuningSpec,
    *,
    slices: Sequence[Path],
    inputs: Sequence[MapInputs] | None,
    roles: Roles,
) -> Tuned:
    """Choose a mask method's searched values by the Dice of its masks on the working grid.

    Args:
        spec: the method.
        searches: by dotted key.
        tuning: strategy and unit.
        slices: slice stores of all shards of the data set that is tuned on.
        inputs: maps and classifier of the same shards; None for methods that read neither.
        roles: of the fold.

    Raises:
        TableError: no tuning subject has truth.
        ConfigError: the method refuses all values.
    """
    chosen = tuning_scans(slices, roles)
    if spec.BY_CLASS:
        chosen = with_subtypes(slices, chosen)
    scores: list[Mapping[str, pd.DataFrame]] = []
    if inputs is not None:
        scores = [{str(name): rows for name, rows in each.scores.groupby("scan", sort=False)} for each in inputs]
        chosen = [scan for scan in chosen if scan.name in scores[scan.shard] and not _is_refused(inputs, scan)]
    opened = partial(_open, spec, slices, inputs, chosen, scores, roles)
    return tune(spec, searches, tuning, opened, by_class=spec.BY_CLASS)


def _is_refused(inputs: Sequence[MapInputs], scan: TuningScan) -> bool:
    """Whether a scan has no maps."""
    with MapStore(inputs[scan.shard].maps) as maps:
        return scan.name in Refusals("to tune on it", maps)


def _open(
    spec: AnyMask,
    slices: Sequence[Path],
    inputs: Sequence[MapInputs] | None,
    scans: Sequence[TuningScan],
    scores: Sequence[Mapping[str, pd.DataFrame]],
    roles: Roles,
) -> Iterator[OpenScan[AnyMask]]:
    for scan in track(scans, "tuning on", unit="scans"):
        shard = None if inputs is None else inputs[scan.shard]
        own = None if shard is None else scores[scan.shard][scan.name]
        with SliceStore(slices[scan.shard]) as store:
            if shard is None:
                found = read_slices(store, scan.name, scan.rows, None)
            else:
                with MapStore(shard.maps) as maps:
                    found = read_slices(store, scan.name, scan.rows, maps)
            truth = store.rows("truth", scan.rows)
        # truth judges the masks, so it must not help to make them
        blind, calls = tell(spec, replace(found, truth=None), shard, own, roles)
        yield (
            scan.subject,
            truth,
            scan.drawn,
            partial(_labels, blind, calls, None if shard is None else shard.classifier),
        )


def _labels(
    slices: MaskSlices, called: NDArray[np.bool_] | None, classifier: "SliceClassifier | None", spec: AnyMask
) -> NDArray[np.uint8]:
    return mask_scan(spec, slices, called, classifier).labels

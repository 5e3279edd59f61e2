"""Tuning of what acts after a segmenter's training: its probabilities are computed once a scan."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.searches import Search
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.config.tuning import TuningSpec
from bleedmap.console import track
from bleedmap.errors import ConfigError
from bleedmap.segmenters.labels import to_labels
from bleedmap.segmenters.probabilities import probabilities
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.segmenters.training_spec import AFTER_TRAINING
from bleedmap.slices.store import SliceStore
from bleedmap.splits.roles import Roles
from bleedmap.tuning.tune import OpenScan, tune
from bleedmap.tuning.tuned import Tuned
from bleedmap.tuning.tuning_scans import TuningScan, tuning_scans


def tune_segmenter(
    spec: AnySegmenter,
    searches: Mapping[str, Search],
    tuning: TuningSpec,
    *,
    model: Segmenter,
    slices: Sequence[Path],
    roles: Roles,
) -> Tuned:
    """Choose threshold and minimum component volume.

    Args:
        spec: what acts after training.
        searches: by key.
        tuning: strategy and unit.
        model: the trained segmenter.
        slices: slice stores of all shards of the data set that is tuned on, as the model sees them.
        roles: of the fold.

    Raises:
        ConfigError: a training key is searched.
        TableError: no tuning subject has truth.
    """
    learnt = sorted(set(searches) - set(AFTER_TRAINING))
    if learnt:
        raise ConfigError(
            "search-of-training",
            found=f"a search on {', '.join(learnt)} of a segmenter",
            expected=f"searches on {' or '.join(AFTER_TRAINING[:2])}, which act after training",
            remedy="give one value, or name a segmenter a value and compare their rows",
        )
    chosen = tuning_scans(slices, roles)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.npy" for number in range(len(chosen))]
        for scan, file in track(list(zip(chosen, files, strict=True)), "segmenting", unit="scans"):
            with SliceStore(slices[scan.shard]) as store:
                # half precision tells probabilities apart to 0.0005, far finer than any search
                np.save(file, probabilities(model, spec, store.rows("hu", scan.rows)).astype(np.float16))
        return tune(spec, searches, tuning, partial(_open, slices, chosen, files))


def _open(
    slices: Sequence[Path], scans: Sequence[TuningScan], files: Sequence[Path]
) -> Iterator[OpenScan[AnySegmenter]]:
    for scan, file in zip(scans, files, strict=True):
        with SliceStore(slices[scan.shard]) as store:
            truth, brain = store.rows("truth", scan.rows), store.rows("brain", scan.rows) > 0
            voxel_ml = store.entries[scan.name].voxel_ml
        found = np.load(file).astype(np.float32)
        yield scan.subject, truth, scan.drawn, partial(_labels, found, brain, voxel_ml)


def _labels(
    found: NDArray[np.float32], brain: NDArray[np.bool_], voxel_ml: NDArray[np.float64] | None, spec: AnySegmenter
) -> NDArray[np.uint8]:
    return to_labels(spec, found, brain, voxel_ml)

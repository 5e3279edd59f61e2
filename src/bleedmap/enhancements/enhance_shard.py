"""Enhanced slices of a whole shard, written as a slice store that takes the place of the plain one."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.enhancements import AnyEnhancement
from bleedmap.console import track
from bleedmap.enhancements import Enhance
from bleedmap.slices.store import SliceStore, add_rows, write_store


def as_stored(hu: NDArray[np.float32]) -> NDArray[np.float16]:
    """Enhanced HU as networks see them in training: in the brain window float16 tells a thousandth of it apart."""
    return hu.astype(np.float16)


def enhance_shard(enhance: Enhance, spec: AnyEnhancement, slices: Path, out: Path) -> None:
    """Enhance scan by scan; memory holds one scan.

    Args:
        enhance: the enhancement.
        spec: its config.
        slices: slice store.
        out: store to write: rows, boxes, brain and truth of the other, and its own ``hu``, float16 HU.
    """
    with SliceStore(slices) as store:
        attributes = {**store.attributes, "resolved": spec.resolutions()}
        with write_store(out, attributes) as group:
            rows_of = {
                name: add_rows(group, name, len(store.table), store.size, dtype)
                for name, dtype in (("hu", "float16"), ("brain", "uint8"), ("truth", "uint8"))
            }
            for _, rows in track(list(store.scans()), "enhancing", unit="scans"):
                brain = store.rows("brain", rows)
                rows_of["hu"][rows] = as_stored(enhance(store.rows("hu", rows), brain > 0))
                rows_of["brain"][rows] = brain
                rows_of["truth"][rows] = store.rows("truth", rows)

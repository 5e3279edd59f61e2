"""Points of a whole shard, as one table."""

from pathlib import Path

import pandas as pd

from bleedmap.config.detectors import AnyDetector
from bleedmap.console import track
from bleedmap.detectors.detect_scan import detect_scan
from bleedmap.masks.mask_shard import read_slices
from bleedmap.provenance.tables import write_table
from bleedmap.saliency.map_store import MapStore
from bleedmap.slices.box import Box
from bleedmap.slices.refusals import REFUSED, Refusals
from bleedmap.slices.store import SliceStore

COLUMNS = ("scan", "slice", "row", "column", "class", "score")


def detect_shard(spec: AnyDetector, slices: Path, maps: Path, out: Path) -> None:
    """Find points scan by scan; memory holds one scan.

    Args:
        spec: the detector.
        slices: slice store.
        maps: maps of its rows.
        out: CSV to write: scan, slice, row, column, class, score (see ``detect_scan``); a row of class ``refused``
            for a scan without a result (see ``Refusals``).
    """
    tables = [pd.DataFrame(columns=list(COLUMNS))]
    with SliceStore(slices) as store, MapStore(maps) as found:
        refused = Refusals("to detect bleeds in it", store, found)
        for name, rows in track(refused.left(store.scans()), "detecting", unit="scans"):
            with refused.catch(name):
                points = detect_scan(spec, read_slices(store, name, rows, found), Box(**store.entries[name].box))
                if len(points):
                    tables.append(points.assign(scan=name)[list(COLUMNS)])
        tables += [
            pd.DataFrame([{"scan": name, "slice": 0, "class": REFUSED}], columns=list(COLUMNS))
            for name in refused.table()["scan"]
        ]
    write_table(pd.concat(tables[1:] or tables, ignore_index=True), out)

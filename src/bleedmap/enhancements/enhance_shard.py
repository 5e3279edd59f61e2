"""Enhanced slices of a whole shard, written as a slice store that takes the place of the plain one."""

from pathlib import Path

from bleedmap.config.enhancements import AnyEnhancement
from bleedmap.console import track
from bleedmap.enhancements.enhance_scan import enhance_scan
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore, add_rows, write_store


def enhance_shard(spec: AnyEnhancement, slices: Path, out: Path) -> None:
    """Enhance scan by scan; memory holds one scan.

    Args:
        spec: the enhancement.
        slices: slice store.
        out: store to write: table, entries, brain and truth of the other, and its own ``hu``, float16 HU; attribute
            ``refused`` where there are such scans (see ``Refusals``).
    """
    with SliceStore(slices) as store:
        attributes = {**store.attributes, "resolved": spec.resolutions()}
        refused = Refusals("to enhance it", store)
        with write_store(out, attributes) as group:
            rows_of = {
                name: add_rows(group, name, len(store.table), store.size, dtype)
                for name, dtype in (("hu", "float16"), ("brain", "uint8"), ("truth", "uint8"))
            }
            for name, rows in track(refused.left(store.scans()), "enhancing", unit="scans"):
                with refused.catch(name):
                    brain = store.rows("brain", rows)
                    rows_of["hu"][rows] = enhance_scan(spec, store.rows("hu", rows), brain > 0)
                    rows_of["brain"][rows] = brain
                    rows_of["truth"][rows] = store.rows("truth", rows)
            group.update_attributes(refused.attributes())

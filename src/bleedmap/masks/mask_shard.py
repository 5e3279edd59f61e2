"""Masks of a whole shard, written as a store with the rows of its slice store."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.masks import AnyMask, MixedSpec
from bleedmap.console import track
from bleedmap.constants import CLASSES
from bleedmap.masks.called import called_slices, gate, holds_subtype, told_classes
from bleedmap.masks.map_inputs import MapInputs
from bleedmap.masks.mask_scan import mask_scan
from bleedmap.masks.mask_slices import MaskSlices
from bleedmap.masks.mixed import drawn_subjects, with_drawn
from bleedmap.saliency.map_store import MapStore
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.row_writer import RowWriter
from bleedmap.slices.store import SliceStore, StoreWriter, add_rows, write_store
from bleedmap.splits.roles import Roles


def mask_shard(spec: AnyMask, slices: Path, inputs: MapInputs | None, roles: Roles, out: Path) -> pd.DataFrame:
    """Make masks scan by scan; memory holds one scan.

    Args:
        spec: the mask method.
        slices: slice store.
        inputs: maps and classifier; None for methods that read neither.
        roles: which subjects' labels may decide which slices get a mask; truth of test subjects is unknown to masks.
        out: store to write: array ``labels`` (rows, size, size) uint8, and ``seeds`` from methods that give some (see
            ``Masks``); attributes ``classes``, which the labels tell apart, ``resolved``, and ``refused`` where there
            are scans without masks, all of whose voxels are unknown (see ``Refusals``).

    Returns:
        What the method noted: scan, slice, and columns of its own; no row where it notes nothing.
    """
    notes: list[dict[str, object]] = []
    with ExitStack() as opened:
        store = opened.enter_context(SliceStore(slices))
        hidden = _not_to_be_seen(store, roles)
        drawn = drawn_subjects(spec, roles) if isinstance(spec, MixedSpec) else frozenset()
        maps = None if inputs is None else opened.enter_context(MapStore(inputs.maps))
        group = opened.enter_context(
            write_store(out, {"classes": _classes(spec, store, hidden), "resolved": spec.resolutions()})
        )
        labels = _add(group, "labels", store)
        seeds: RowWriter | None = None
        by_scan = {} if inputs is None else _by_scan(inputs.scores, store)
        refused = Refusals("to mask it", store, maps)
        for name, rows in track(refused.left(store.scans()), "making masks", unit="scans"):
            with refused.catch(name):
                found = read_slices(store, name, rows, maps)
                if name in hidden:
                    found = replace(found, drawn=np.zeros(len(found.hu), dtype=bool))
                found, called = tell(spec, found, inputs, None if inputs is None else by_scan[name], roles)
                made = mask_scan(spec, found, called, None if inputs is None else inputs.classifier)
                if store.table["subject"].iat[rows.start] in drawn:
                    made = with_drawn(made, found)
                labels[rows] = made.labels
                if made.seeds is not None:
                    seeds = _add(group, "seeds", store) if seeds is None else seeds
                    seeds[rows] = made.seeds
                notes += [{"scan": name, **note} for note in made.notes]
        refused.leave_open(store.scans(), labels, seeds)
        group.update_attributes(refused.attributes())
    return pd.DataFrame(notes, columns=None if notes else ["scan", "slice"])


def read_slices(store: SliceStore, name: str, rows: slice, maps: MapStore | None) -> MaskSlices:
    """All slices of a scan, with their maps if there are any.

    Args:
        store: slice store.
        name: of the scan.
        rows: its rows.
        maps: maps of the same rows.
    """
    entry = store.entries[name]
    slices = MaskSlices(
        hu=store.rows("hu", rows),
        brain=store.rows("brain", rows) > 0,
        intensity=entry.intensity,
        origins_mm=entry.origins_mm,
        pixel_mm=entry.pixel_mm,
        truth=store.rows("truth", rows),
        drawn=store.table["drawn"].to_numpy(dtype=bool)[rows],
    )
    return slices if maps is None else slices.with_maps(maps.scan(rows), maps.classes)


def tell(
    spec: AnyMask, slices: MaskSlices, inputs: MapInputs | None, scores: pd.DataFrame | None, roles: Roles
) -> tuple[MaskSlices, NDArray[np.bool_] | None]:
    """All slices of a scan with the classes that they may hold, and which may hold a bleed; None: all.

    Args:
        spec: the mask method.
        slices: of the scan.
        inputs: maps and classifier of its shard, with what it is called from.
        scores: of the scan; None with no inputs.
        roles: which subjects' labels may decide.
    """
    if inputs is None or scores is None:
        return slices, None
    if not spec.BY_CLASS:
        return slices, called_slices(scores, roles, gate(spec, inputs.threshold))
    told = told_classes(spec, scores, roles, inputs.thresholds)
    return replace(slices, told=told), holds_subtype(told)


def _by_scan(scores: pd.DataFrame, store: SliceStore) -> dict[str, pd.DataFrame]:
    """Scores of each scan of the shard; the table may have those of a whole data set."""
    own = scores[scores["scan"].isin(store.entries)]
    return {str(name): rows for name, rows in own.groupby("scan", sort=False)}


def _add(group: StoreWriter, name: str, store: SliceStore) -> RowWriter:
    return add_rows(group, name, len(store.table), store.size, "uint8")


def _not_to_be_seen(store: SliceStore, roles: Roles) -> frozenset[str]:
    """Scans whose truth no mask may show: those of test subjects, and of subjects that take no part."""
    role = roles.of(store.table["subject"])
    return frozenset(store.table["scan"][(role == "test") | (role == "")])


def _classes(spec: AnyMask, store: SliceStore, hidden: frozenset[str]) -> list[str]:
    """Classes that the labels tell apart; truth does where whoever drew it did."""
    drawn = set(store.table.loc[store.table["drawn"].astype(bool), "scan"]) - hidden
    told_by_truth = bool(drawn) and all(store.entries[name].drawn_subtypes for name in drawn)
    tells = spec.TELLS_SUBTYPES and (spec.method != "truth" or told_by_truth)
    return list(CLASSES if tells else CLASSES[:1])

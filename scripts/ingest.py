"""Read one shard of a data set: usable scans into an archive, the others into a table with the reason."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

from bleedmap.components import read_spec
from bleedmap.config.datasets import AnyDataset, PhantomSpec
from bleedmap.console import run, say, track
from bleedmap.datasets import listing, reading
from bleedmap.datasets.id_key import require_key
from bleedmap.datasets.ingest import ingest
from bleedmap.datasets.phantom.reading import packed_names, unpacked
from bleedmap.datasets.retries import note_retry
from bleedmap.datasets.sources import by_shard
from bleedmap.provenance.tables import write_table
from bleedmap.volumes.budget import scan_budget


def main(
    spec: Annotated[str, "config of the data set, JSON"],
    shard: Annotated[int, "number of the shard"],
    out: Annotated[Path, "archive of scans to write"],
    scans: Annotated[Path, "table of scans to write"],
    rejected: Annotated[Path, "table of refused inputs to write"],
    planned: Annotated[int, "inputs of the shard when the run was planned"],
    private: Annotated[Path, "table from scan ids to source files to write, readable by its owner alone"],
    scan_mb: Annotated[int, "memory, MB, that reading one scan may take"],
    phantom: Annotated[Path | None, "archive of the phantom's shard, where that is the data set"] = None,
    key_mark: Annotated[str | None, "tells the key of hashed names, where scans have such"] = None,
) -> None:
    require_key(key_mark)
    dataset: AnyDataset = read_spec(AnyDataset, spec)
    with tempfile.TemporaryDirectory() as folder, scan_budget(scan_mb):
        source: AnyDataset
        if isinstance(dataset, PhantomSpec):
            assert phantom is not None, "the phantom's archive is an input of its ingestion"  # noqa: S101
            source = unpacked(dataset, phantom, Path(folder))
        else:
            source = dataset
        listed = listing(source).list_sources(source)
        chosen = listed if phantom else by_shard(listed, dataset.shards).get(shard, [])
        result = ingest(track(chosen, "ingesting", unit="scans"), partial(reading(source).read, source), out)
        result.refuse_missing(planned - len(chosen))
    table, refused, sources = result.tables()
    if phantom:
        sources["file"] = packed_names(sources["file"], phantom, Path(folder))
    write_table(table, scans)
    write_table(refused, rejected)
    write_table(sources, private, private=True)
    if result.must_be_retried:
        note_retry(private)
    say(f"{len(table)} scans ingested, {len(refused)} refused")


if __name__ == "__main__":
    run(main)

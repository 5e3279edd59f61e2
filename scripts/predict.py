"""Apply a bundle to the scans of one shard of a folder; those that were finished before are left as they are."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.bundle.store import read_bundle
from bleedmap.console import run
from bleedmap.datasets.id_key import require_key
from bleedmap.datasets.new_scans import inputs_of_shard
from bleedmap.gpus import take_gpus
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.scans import predict_scans, write_outcomes, write_private


def main(
    root: Annotated[Path, "folder of scans, or list of them"],
    bundle: Annotated[Path, "zip of the bundle, or the manifest in its folder"],
    shard: Annotated[int, "number of the shard"],
    shards: Annotated[int, "how many there are"],
    key_mark: Annotated[str, "tells the key of hashed names"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "table to write, a row a scan; a folder for each goes beside it"],
) -> None:
    require_key(key_mark)
    take_gpus()
    torch.set_num_threads(threads)
    method = TrainedMethod(read_bundle(bundle if bundle.suffix == ".zip" else bundle.parent))
    inputs = inputs_of_shard(root, shard, shards)
    write_private(inputs, out.parent / "private" / f"{shard}.csv")
    write_outcomes(predict_scans(method, inputs, lambda each: out.parent / each.id), out)


if __name__ == "__main__":
    run(main)

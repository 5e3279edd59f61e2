"""Brain masks of one shard of scans, and what looks wrong with them."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd

from bleedmap.brain.gates import MISSING, brain_ml
from bleedmap.brain.gates import flags as flags_of
from bleedmap.brain.mask import brain_mask
from bleedmap.components import read_spec
from bleedmap.config.brain import AnyBrain
from bleedmap.console import run, say, track
from bleedmap.provenance.archive import write_archive
from bleedmap.provenance.tables import write_table
from bleedmap.volumes.nifti import to_bytes
from bleedmap.volumes.one_scan import is_scan_fault, refused
from bleedmap.volumes.scan_archive import read_scan, scan_ids


def main(
    volumes: Annotated[Path, "archive of scans"],
    spec: Annotated[str, "config of the brain mask, JSON"],
    out: Annotated[Path, "archive of masks to write"],
    flags: Annotated[Path, "table of the volume of each mask and what looks wrong with it to write"],
) -> None:
    settings = read_spec(AnyBrain, spec)
    rows = []
    with write_archive(out) as archive:
        for name in track(scan_ids(volumes), "finding brains", unit="scans"):
            volume = read_scan(volumes, name).volume
            try:
                mask = brain_mask(settings, volume, name)
                found = flags_of(settings, mask, volume)
            except Exception as error:
                if not is_scan_fault(error):
                    raise
                refused(name, "to find its brain", error)
                mask, found = np.zeros(volume.hu.shape, dtype=np.uint8), [MISSING]
            archive.add(f"{name}/brain.nii.gz", to_bytes(mask, volume.geometry))
            rows.append((name, brain_ml(mask, volume), " ".join(found)))
            for flag in found:
                say(f"{name}: {flag}")
    write_table(pd.DataFrame(rows, columns=["scan", "brain_ml", "flags"]), flags)


if __name__ == "__main__":
    run(main)

"""Montages of one shard of scans: slices and a side view with the outline of the brain mask."""

from pathlib import Path
from typing import Annotated

from bleedmap.console import run, track
from bleedmap.provenance.archive import write_archive
from bleedmap.quality.montage import montage, no_picture
from bleedmap.volumes.one_scan import is_scan_fault, refused
from bleedmap.volumes.scan_archive import read_mask_member, read_scan, scan_ids


def main(
    volumes: Annotated[Path, "archive of scans"],
    brain: Annotated[Path, "archive of their brain masks"],
    out: Annotated[Path, "archive of pictures to write"],
) -> None:
    with write_archive(out) as archive:
        for name in track(scan_ids(volumes), "drawing montages", unit="scans"):
            try:
                picture = montage(read_scan(volumes, name).volume, read_mask_member(brain, name, "brain"))
            except Exception as error:
                if not is_scan_fault(error):
                    raise
                refused(name, "to draw it", error)
                picture = no_picture()
            archive.add(f"{name}.png", picture)


if __name__ == "__main__":
    run(main)

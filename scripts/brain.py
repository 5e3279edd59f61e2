"""Brain masks of one shard of scans."""

from pathlib import Path

from bleedmap.brain import brain_mask, flags
from bleedmap.config.brain import BrainSpec
from bleedmap.console import run, say, track
from bleedmap.provenance.archive import write_archive
from bleedmap.volumes.nifti import to_bytes
from bleedmap.volumes.scan_archive import read_scan, scan_ids


def main(volumes: Path, spec: str, out: Path) -> None:
    settings = BrainSpec.from_json(spec)
    with write_archive(out) as archive:
        for name in track(scan_ids(volumes), "finding brains", unit="scans"):
            volume = read_scan(volumes, name).volume
            mask = brain_mask(settings, volume)
            archive.add(f"{name}/brain.nii.gz", to_bytes(mask, volume.geometry))
            for flag in flags(settings, mask, volume):
                say(f"{name}: {flag}")


if __name__ == "__main__":
    run(main)

"""Shards to read again: the run that met a file it could not read leaves word, and the next one reads the shard anew.

Snakemake runs a job again when its params change. What cannot be read now, for want of a permission or of a network
disk, changes no param by itself. So each such ingestion adds one to a number beside the shard's private table, which
the next plan takes into the params; once all can be read, the number stays.
"""

from pathlib import Path

from bleedmap.provenance.atomic import write_text

ENDING = ".again"


def retries(private: Path) -> int:
    """How often the ingestion of a shard has met something that may be read at another time; cheap.

    Args:
        private: the shard's private table, there or not.
    """
    try:
        return int(_file(private).read_text(encoding="ascii")[:20])
    except (OSError, ValueError):
        return 0


def note_retry(private: Path) -> None:
    """Leave word that the next run shall read a shard again."""
    write_text(_file(private), f"{retries(private) + 1}\n")


def _file(private: Path) -> Path:
    return private.with_suffix(ENDING)

"""What a data set holds, listed by name and size alone: enough to plan jobs and to notice what changed."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bleedmap.datasets.identity import shard_of


@dataclass(frozen=True)
class Source:
    """One scan to read.

    Args:
        id: public name.
        name: the data set's own name, private.
        files: what to read, private.
        stamp: digest of names, sizes and labels; changes when the scan has to be read again.
    """

    id: str
    name: str
    files: tuple[Path, ...]
    stamp: str


def stamp(files: Iterable[Path], *details: object) -> str:
    """Digest of file names and sizes and of whatever else decides what a scan becomes.

    Times do not count: a copied or checked-out data set is the same data set.
    """
    # a link that leads nowhere is told of when the scan is read
    sizes = [(file.name, file.stat().st_size if file.exists() else None) for file in files]
    return hashlib.sha256(json.dumps([sizes, details], sort_keys=True, default=str).encode()).hexdigest()[:16]


def files_below(folder: Path) -> list[Path]:
    """All files of a folder tree, sorted; hidden ones and links to folders are left out."""
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(top) / name for name in sorted(names) if not name.startswith(".")]
    return found


def by_shard(sources: Sequence[Source], shards: int) -> dict[int, list[Source]]:
    """Sources of every shard that has any, sorted by shard and id."""
    groups: dict[int, list[Source]] = {}
    for source in sorted(sources, key=lambda s: s.id):
        groups.setdefault(shard_of(source.id, shards), []).append(source)
    return dict(sorted(groups.items()))


def stamps(sources: Sequence[Source]) -> str:
    """One digest over the ids and stamps of a shard's sources."""
    lines = sorted(f"{source.id} {source.stamp}" for source in sources)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

"""What a data set holds, listed by name and size alone: enough to plan jobs and to notice what changed."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from bleedmap.datasets.folder_tree import walk
from bleedmap.datasets.identity import shard_of
from bleedmap.errors import BleedmapError, ScanError, TableError
from bleedmap.volumes.zip_member import InputFile, ZipMember, zip_members

NIFTI = (".nii.gz", ".nii")
ZIP = ".zip"


@dataclass(frozen=True)
class Source:
    """One scan to read.

    Args:
        id: public name.
        name: the data set's own name, private.
        files: what to read, private.
        stamp: digest of names, sizes and labels; changes when the scan has to be read again.
        fault: why nothing of it is to be read, if its place alone tells that.
    """

    id: str
    name: str
    files: tuple[InputFile, ...]
    stamp: str
    fault: BleedmapError | None = None


def stamp(files: Iterable[InputFile], *details: object) -> str:
    """Digest of file names and sizes and of whatever else decides what a scan becomes.

    Times do not count: a copied or checked-out data set is the same data set.
    """
    sizes = [(file.name, _size(file)) for file in files]
    return hashlib.sha256(json.dumps([sizes, details], sort_keys=True, default=str).encode()).hexdigest()[:16]


def _size(file: InputFile) -> int | None:
    """Bytes of a file; None for a folder, and where nothing can be had, which is told of when the scan is read."""
    if isinstance(file, ZipMember):
        return file.size
    try:
        state = file.stat()
    except OSError:
        return None
    return None if S_ISDIR(state.st_mode) else state.st_size


def files_below(folder: Path) -> list[Path]:
    """All files of a folder tree, sorted; hidden ones and links to folders are left out.

    Raises:
        ScanError: ``too-deep``, ``too-many-files``.
        ReadError: a folder cannot be listed now.
    """
    return list(walk(folder).files)


def input_files(path: Path) -> list[InputFile]:
    """Files of a study that is a folder tree, a zip, or one file; sorted, nothing is unpacked.

    Raises:
        ScanError: ``no-scan`` where nothing is there, ``no-images`` where nothing is in it, ``unreadable-archive``, or
            what ``files_below`` raises.
        ReadError: the folder or zip cannot be read now.
    """
    found: list[InputFile] = [path]
    if os.path.isdir(path):  # noqa: PTH112  unlike Path.is_dir, never raises
        found = [*files_below(path)]
    elif not os.path.lexists(path):
        raise ScanError(
            "no-scan",
            found="no file or folder where one is named",
            expected="a folder or zip of DICOM files, or a NIfTI file",
            remedy="correct its path",
        )
    elif is_zip(path):
        found = [*zip_members(path)]
    if not found:
        raise no_images()
    return found


def require_masks(folder: Path) -> None:
    """See that a folder of masks that a config names is there; without it every scan would lack its truth unseen.

    Raises:
        TableError: ``no-masks``.
    """
    if not folder.is_dir():
        raise TableError(
            "no-masks",
            found="no folder where the config says the masks are",
            expected="a folder of masks",
            remedy="correct masks, or leave it out",
        )


def no_images() -> ScanError:
    """The fault of a study with nothing in it to read."""
    return ScanError(
        "no-images", found="a study without images", expected="DICOM files", remedy="fill or remove its folder or zip"
    )


def is_nifti(file: InputFile) -> bool:
    """Whether a file calls itself NIfTI."""
    return file.name.lower().endswith(NIFTI)


def is_zip(file: InputFile) -> bool:
    """Whether a file calls itself a zip."""
    return file.name.lower().endswith(ZIP)


def stem(name: str) -> str:
    """Name of a scan: that of its file without ``.nii``, ``.nii.gz`` or ``.zip``, or that of its folder."""
    ending = next((ending for ending in (*NIFTI, ZIP) if name.lower().endswith(ending)), "")
    return name.removesuffix(name[len(name) - len(ending) :])


def part_names(name: str, parts: int) -> list[str]:
    """Names of the scans that one source holds: its own for a single one, else numbered from 1."""
    return [name] if parts == 1 else [f"{name}-{number}" for number in range(1, parts + 1)]


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

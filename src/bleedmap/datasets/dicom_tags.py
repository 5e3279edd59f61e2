"""A few tags of very many DICOM files, without their pixels."""

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pydicom

FILES_AT_ONCE = 256

Tags = tuple[str, ...] | None


def read_tags(files: Sequence[Path], names: Sequence[str], workers: int = 1) -> Iterator[Tags]:
    """Values of some tags, one tuple a file in the order of the files.

    Args:
        files: what to read.
        names: keywords, such as ``PatientID``; an absent one gives an empty string.
        workers: processes; one reads in this process.

    Yields:
        The values as text, or None for a file that cannot be read.
    """
    read = partial(_tags_of, names=tuple(names))
    if workers <= 1:
        yield from map(read, files)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(read, files, chunksize=FILES_AT_ONCE)


def _tags_of(file: Path, names: tuple[str, ...]) -> Tags:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the ids of public sets are no valid UIDs, and warnings would quote them
        try:
            with file.open("rb") as opened:
                data = pydicom.dcmread(opened, stop_before_pixels=True, specific_tags=list(names))
            return tuple(str(data.get(name) or "") for name in names)
        except Exception:  # noqa: BLE001  pydicom raises almost anything on a damaged file
            return None

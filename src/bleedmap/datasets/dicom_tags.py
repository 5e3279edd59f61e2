"""A few tags of very many DICOM files, without their pixels."""

import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pydicom

from bleedmap.errors import ReadError
from bleedmap.volumes.budget import require_room
from bleedmap.volumes.dicom.inflate import COPIES, inflated
from bleedmap.volumes.zip_member import file_size, open_input

FILES_AT_ONCE = 256

Tags = tuple[str, ...] | None


def read_tags(files: Sequence[Path], names: Sequence[str], workers: int = 1) -> Iterator[Tags]:
    """Values of some tags, one tuple a file in the order of the files.

    Args:
        files: what to read.
        names: keywords, such as ``PatientID``; an absent one gives an empty string.
        workers: processes; one reads in this process.

    Yields:
        The values as text, or None for a file that is no DICOM, damaged or too large.

    Raises:
        ReadError: a file cannot be read now.
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
            require_room([file_size(file) or 0], COPIES)
            with open_input(file) as opened:
                data = pydicom.dcmread(inflated(opened), stop_before_pixels=True, specific_tags=list(names))
            return tuple(str(data.get(name) or "") for name in names)
        except ReadError:
            raise
        except Exception:  # noqa: BLE001  pydicom raises almost anything on a damaged file
            return None

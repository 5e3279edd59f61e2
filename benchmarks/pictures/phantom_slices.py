"""Phantom slices cropped like pictures, made once and kept in a folder, a file a subject."""

import hashlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.pictures.frame import head_box
from bleedmap.config.datasets import PhantomSpec
from bleedmap.console import track
from bleedmap.phantom.subject import PhantomSubject, make_subject
from bleedmap.provenance.atomic import atomic_path
from bleedmap.provenance.digest import code_digest

# Windows of exported pictures lie inside these bounds; what is beyond is cut off before pixels are averaged.
DARK_HU, BRIGHT_HU = -100, 200
LEAST_BRAIN_MM2 = 1500.0
# of unit gain for white noise, and blind to any slope
LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32) / 6


@dataclass(frozen=True)
class Slices:
    """Slices of several subjects on one square grid.

    Args:
        hu: (n, size, size) int16 HU, cut off at ``DARK_HU`` and ``BRIGHT_HU``.
        brain: same shape, bool.
        truth: same shape, uint8, 0 or 1 to 5 as in the phantom.
        blood_mm2: (n,) area of blood.
        contrast_hu: (n,) how much denser than the median of the brain the blood is, HU; NaN without blood.
        subject: (n,) number of the subject.
        pixel_mm: (n,) size of a pixel.
        mean_hu: (n,) mean HU of the whole slice as it was scanned.
        noise_hu: (n,) noise of the brain as it was scanned, HU.
        height: (n,) where the slice lies among the subject's slices, 0 lowest to 1 highest.
    """

    hu: NDArray[np.int16]
    brain: NDArray[np.bool_]
    truth: NDArray[np.uint8]
    blood_mm2: NDArray[np.float32]
    contrast_hu: NDArray[np.float32]
    subject: NDArray[np.int32]
    pixel_mm: NDArray[np.float32]
    mean_hu: NDArray[np.float32]
    noise_hu: NDArray[np.float32]
    height: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.hu)

    def take(self, rows: NDArray[Any]) -> Self:
        """Some of the slices, by number or by a mask."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def join(cls, parts: list[Self]) -> Self:
        """Several sets as one."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def slices_of(spec: PhantomSpec, size: int, index: int) -> Slices:
    """Slices of one subject that show enough brain, each cropped to its own head."""
    subject = make_subject(spec, index)
    pixel_mm2 = subject.spacing[1] ** 2
    shown = np.flatnonzero(subject.brain.sum(axis=(1, 2)) * pixel_mm2 >= LEAST_BRAIN_MM2)
    hu = np.clip(subject.hu, DARK_HU, BRIGHT_HU)
    boxes = [head_box(hu[number]) for number in shown]
    pairs = list(zip(shown, boxes, strict=True))

    def cut(values: NDArray[Any], fill: float) -> NDArray[np.float32]:
        return np.concatenate([box.take(values[number][None], size, fill) for number, box in pairs])

    # a subtype at a time: averaging the numbers of two subtypes would make a third
    blood = np.stack([cut(subject.truth == name, 0) for name in range(1, 6)])
    truth = np.where(blood.sum(axis=0) >= 0.5, blood.argmax(axis=0) + 1, 0)
    return Slices(
        hu=cut(hu, DARK_HU).round().astype(np.int16),
        brain=cut(subject.brain, 0) >= 0.5,
        truth=truth.astype(np.uint8),
        blood_mm2=((subject.truth[shown] > 0).sum(axis=(1, 2)) * pixel_mm2).astype(np.float32),
        contrast_hu=np.array([_contrast(subject, number) for number in shown], dtype=np.float32),
        subject=np.full(len(shown), index, dtype=np.int32),
        pixel_mm=np.array([box.height / size * subject.spacing[1] for box in boxes], dtype=np.float32),
        mean_hu=subject.hu[shown].mean(axis=(1, 2), dtype=np.float32),
        noise_hu=np.array([_noise(subject.hu[number], subject.brain[number]) for number in shown], dtype=np.float32),
        height=np.linspace(0, 1, len(shown), dtype=np.float32),
    )


def _contrast(subject: PhantomSubject, number: np.intp) -> float:
    """How much denser than the median of the brain the blood of a slice is, HU."""
    hu, blood = subject.hu[number], subject.truth[number] > 0
    return float(hu[blood].mean() - np.median(hu[subject.brain[number]])) if blood.any() else np.nan


def _noise(hu: NDArray[np.int16], brain: NDArray[np.bool_]) -> float:
    """Spread of what is left when each pixel of the brain is compared with its neighbours, HU; edges hardly count."""
    residual = ndimage.convolve(hu.astype(np.float32), LAPLACE)[ndimage.binary_erosion(brain, iterations=3)]
    return float(np.median(np.abs(residual - np.median(residual))) * 1.4826) if residual.size else 0.0


def phantom_slices(spec: PhantomSpec, size: int, cache: Path, workers: int = 1) -> Slices:
    """Slices of a cohort; subjects that the cache holds are read, the others made.

    Args:
        spec: the cohort.
        size: rows and columns, pixels.
        cache: folder of earlier results; a change of the phantom's code or spec starts a new one in it.
        workers: processes.
    """
    settings = spec.model_dump_json(exclude={"shards", "subjects"})
    drawn = hashlib.sha256(settings.encode()).hexdigest()[:8]
    folder = cache / f"{code_digest(Path(__file__))}-{drawn}-{size}"
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{index:05d}.npz" for index in range(spec.subjects)]
    missing = [index for index, file in enumerate(files) if not file.is_file()]
    make = partial(_store, spec, size, folder)
    if workers > 1 and len(missing) > 1:
        # forked workers would share the state of torch's threads
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(track(pool.map(make, missing), "making phantoms", total=len(missing), unit="subjects"))
    elif missing:
        list(track(map(make, missing), "making phantoms", total=len(missing), unit="subjects"))
    return Slices.join([_load(file) for file in files])


def _store(spec: PhantomSpec, size: int, folder: Path, index: int) -> None:
    slices = slices_of(spec, size, index)
    with atomic_path(folder / f"{index:05d}.npz") as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **{field.name: getattr(slices, field.name) for field in fields(slices)})


def _load(file: Path) -> Slices:
    with np.load(file) as stored:
        return Slices(*(stored[field.name] for field in fields(Slices)))

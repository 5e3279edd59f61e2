"""One study of a folder data set: its volumes, joined with their labels and masks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.datasets import FolderSpec
from bleedmap.constants import SUBTYPES
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.one_series import choose_series, other_series
from bleedmap.datasets.scan_labels import scan_labels
from bleedmap.datasets.slice_names import Placed, Unused, place_rows
from bleedmap.datasets.sources import Source, part_names
from bleedmap.datasets.study import StudyVolume, read_volumes, study_files
from bleedmap.datasets.tables import Row
from bleedmap.datasets.truth_labels import with_truth
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume, Scan
from bleedmap.volumes.dicom.refusals import DAMAGE
from bleedmap.volumes.nifti import read_mask


@dataclass(frozen=True)
class Known:
    """What a data set knows about one of its studies.

    Args:
        rows: its rows of the label table.
        mask: its mask file, if there is one.
    """

    rows: Sequence[Row]
    mask: Path | None


def read_scans(spec: FolderSpec, source: Source, known: Known) -> list[Scan | ScanError]:
    """Scans of a study, and why the rest of its files are none.

    Raises:
        ScanError: not one volume, or labels or a mask that do not fit.
    """
    files = study_files(source.files)
    volumes, faults = read_volumes(files, "hu" if spec.modality == "ct" else "mr")
    others: list[StudyVolume] = []
    if spec.series == "one":
        chosen = volumes.pop(choose_series([study.volume for study in volumes]))
        volumes, others = [chosen], volumes
    unused = Unused(
        files={file.name for file in files},
        volumes=others,
        any_lost=bool(faults),
        any_damaged=any(fault.code in DAMAGE for fault in faults),
    )
    rows = place_rows(known.rows, volumes, unused)
    truths = _truths(spec, known.mask, [study.volume for study in volumes])
    names = part_names(source.id, len(volumes))
    said = _subject(known.rows)
    scans = [
        _scan(spec, name, said or study.patient or source.name, study.volume, of_volume, truth)
        for name, study, of_volume, truth in zip(names, volumes, rows, truths, strict=True)
    ]
    return [*scans, *faults, *(other_series() for _ in others)]


def _scan(
    spec: FolderSpec,
    name: str,
    patient: str,
    volume: CtVolume,
    rows: Sequence[Placed],
    truth: NDArray[np.uint8] | None,
) -> Scan:
    labels = scan_labels(rows, len(volume.hu))
    if truth is not None:
        labels = with_truth(labels, truth, has_subtypes=spec.mask_values == "subtypes")
    return Scan(
        id=name,
        subject=public_name(patient, public=spec.public_names),
        volume=volume,
        labels=labels.labels,
        truth=truth,
        subtypes=labels.subtypes,
        scan_label=labels.scan_label,
        scan_subtypes=labels.scan_subtypes,
        truth_subtypes=truth is not None and spec.mask_values == "subtypes",
    )


def _subject(rows: Sequence[Row]) -> str:
    """The patient that a table names, empty where it does not."""
    subjects = {row["subject"] for row in rows if row.get("subject")}
    if len(subjects) > 1:
        raise ScanError(
            "label-subject",
            found=f"{len(subjects)} subjects in the rows of one scan",
            expected="one",
            remedy="correct the label table",
        )
    return subjects.pop() if subjects else ""


def _truths(spec: FolderSpec, mask: Path | None, volumes: Sequence[CtVolume]) -> list[NDArray[np.uint8] | None]:
    """The mask on every volume whose grid it was drawn on.

    Raises:
        ScanError: ``mask-grid`` where there is none, or what the mask is refused for.
    """
    if mask is None:
        return [None] * len(volumes)
    found: list[NDArray[np.uint8] | None] = []
    for volume in volumes:
        try:
            found.append(_blood(spec, read_mask(mask, volume)))
        except ScanError as fault:
            if fault.code != "mask-grid":
                raise
            found.append(None)
            misfit = fault
    if all(truth is None for truth in found):
        raise misfit
    return found


def _blood(spec: FolderSpec, mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if spec.mask_values == "binary":
        return (mask > 0).astype(np.uint8)
    if mask.max(initial=0) > len(SUBTYPES):
        raise ScanError(
            "mask-values",
            found=f"mask values up to {mask.max()}",
            expected="0 background, 1 IPH, 2 IVH, 3 SAH, 4 SDH, 5 EDH",
            remedy="renumber the mask, or set mask_values: binary",
        )
    return mask

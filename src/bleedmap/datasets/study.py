"""The volumes of one study, whichever way its files come: a folder tree, a zip, DICOM or NIfTI."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bleedmap.datasets.sources import input_files, is_nifti, no_images
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.dicom.slice import SliceName
from bleedmap.volumes.dicom.study import read_study
from bleedmap.volumes.intensity import ScannerIntensity
from bleedmap.volumes.nifti import read_nifti
from bleedmap.volumes.zip_member import InputFile


@dataclass(frozen=True)
class StudyVolume:
    """One volume of a study.

    Args:
        volume: the scan.
        patient: PatientID, empty where the file names none; private.
        file_names: name of the file of every slice, in slice order, empty for NIfTI; private.
        copies: other names of every slice, those of its dropped copies, empty for NIfTI; private.
    """

    volume: CtVolume = field(repr=False)
    patient: str = field(default="", repr=False)
    file_names: tuple[str, ...] = field(default=(), repr=False)
    copies: tuple[tuple[SliceName, ...], ...] = field(default=(), repr=False)


def study_files(files: Sequence[InputFile]) -> list[InputFile]:
    """Files of a study, where one of them stands for a folder or a zip that has to be opened.

    Raises:
        ScanError: ``no-scan``, ``no-images``, ``unreadable-archive``.
    """
    first = files[0]
    return input_files(first) if len(files) == 1 and isinstance(first, Path) else list(files)


def nifti_of(files: Sequence[InputFile]) -> InputFile | None:
    """The NIfTI file of a study, None where it is all DICOM.

    Raises:
        ScanError: ``many-volumes`` where there are several.
    """
    found = [file for file in files if is_nifti(file)]
    if len(found) > 1:
        raise ScanError(
            "many-volumes",
            found=f"{len(found)} NIfTI files in one folder or zip",
            expected="one scan an entry",
            remedy="give every scan an entry of its own in the root, and keep masks apart",
        )
    return found[0] if found else None


def read_volumes(
    files: Sequence[InputFile], kind: ScannerIntensity = "hu"
) -> tuple[list[StudyVolume], list[ScanError]]:
    """Every volume of a study, in an order that depends on content alone, and why the rest is none.

    Args:
        files: DICOM files in any order under any names, one NIfTI file, or both.
        kind: ``hu`` for CT, ``mr`` for MR.

    Raises:
        ScanError: not one volume; the reason of the first fault.
    """
    nifti = nifti_of(files)
    series, faults = read_study([file for file in files if file is not nifti], kind)
    volumes = [StudyVolume(found.volume, found.patient_id, found.file_names, found.copies) for found in series]
    if nifti is not None:
        try:
            volumes.append(StudyVolume(read_nifti(nifti, kind)))
        except ScanError as fault:
            faults = [fault, *faults]
    if not volumes:
        raise faults[0] if faults else no_images()
    return volumes, faults

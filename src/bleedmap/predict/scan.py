"""Predict one scan: DICOM folder, zip or NIfTI file in; what is found in it, and its files, out."""

from dataclasses import replace
from pathlib import Path

from bleedmap.datasets.sources import input_files
from bleedmap.datasets.study import read_volumes
from bleedmap.errors import ScanError
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.outputs import write_outputs
from bleedmap.predict.outputs.prediction import Prediction
from bleedmap.slices.each_scan import Turn, alone
from bleedmap.volumes.budget import scan_budget
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.intensity import ScannerIntensity

NAMES = {"hu": "CT", "mr": "MR"}


def predict_scan(method: TrainedMethod, source: Path, out: Path, turn: Turn = alone) -> Prediction:
    """Read a scan, find what there is, and write it into a folder.

    The networks see the scanner's own slices, tilted or unevenly spaced as they are, which is what they learnt on.

    Args:
        method: the trained method.
        source: folder or zip of one DICOM series, or a NIfTI file, which may be in a zip too.
        out: folder to write.
        turn: in which the networks are asked.

    Raises:
        ScanError: the source is not one usable head scan of the modality that the method learnt on.
        ReadError: a file cannot be read now.
    """
    with scan_budget(method.bundle.settings.scan_mb):
        volume, faults = read_with_faults(source, method.kind)
        return write_outputs(replace(method(volume, turn), faults=faults), source, out)


def read_scan(source: Path, kind: ScannerIntensity = "hu") -> CtVolume:
    """The one volume of a source, as ``read_with_faults``."""
    return read_with_faults(source, kind)[0]


def read_with_faults(source: Path, kind: ScannerIntensity) -> tuple[CtVolume, list[ScanError]]:
    """The one volume of a DICOM folder or zip, or of a NIfTI file, and why the other files are no part of it.

    Args:
        source: what to read.
        kind: ``hu`` for CT, ``mr`` for MR; the other is refused.

    Raises:
        ScanError: no usable series, or more than one.
    """
    volumes, faults = read_volumes(input_files(source), kind)
    if len(volumes) > 1:
        raise ScanError(
            "many-series",
            found=f"{len(volumes)} {NAMES[kind]} series",
            expected="one",
            remedy="give a folder or zip that holds one series",
        )
    return volumes[0].volume, faults

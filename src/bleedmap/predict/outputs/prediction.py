"""What a prediction says of a scan, as written to ``prediction.json``."""

from dataclasses import dataclass

ORDINARY = frozenset({"tilted", "scouts-dropped"})  # flags of scans that lack nothing; told, but no warning


@dataclass(frozen=True)
class Prediction:
    """What a prediction says, as written to ``prediction.json``.

    Args:
        method: name of the method.
        bundle: digest of the bundle that holds it.
        modality: ``ct`` or ``mr``, what its networks learnt on and the scan was read as.
        slices: slices of the scan.
        bleeding_slices: indices, from the foot, of slices with hemorrhage, or with a lesion on MR.
        volume_ml: its volume, mL.
        tilt_degrees: gantry tilt.
        evenly_spaced: whether one gap holds throughout; if not, ``mask_even.nii.gz`` is the one to view.
        flags: what is odd about the scan or its brain mask, the words of ``scans.csv``, sorted.
        faults: why some of the files are no part of the scan: code, found, expected and remedy of each.
    """

    method: str
    bundle: str
    modality: str
    slices: int
    bleeding_slices: list[int]
    volume_ml: float
    tilt_degrees: float
    evenly_spaced: bool
    flags: list[str]
    faults: list[dict[str, str]]

    @property
    def is_clean(self) -> bool:
        """Whether nothing speaks against the result: no fault, and no flag but those of ordinary scans."""
        return not self.faults and ORDINARY.issuperset(self.flags)

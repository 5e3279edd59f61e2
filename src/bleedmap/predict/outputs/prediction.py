"""What a prediction says of a scan, as written to ``prediction.json``."""

from dataclasses import dataclass, field

from bleedmap.predict.calibration.certainty import Certainty
from bleedmap.predict.outputs.measurements import ClassTotal, Lesion

RESEARCH_USE = "Research use only"
NOT_A_DEVICE = f"{RESEARCH_USE}: not a medical device, and nothing here is fit for decisions about a patient."
ORDINARY = frozenset({"tilted", "scouts-dropped"})  # flags of scans that lack nothing; told, but no warning


@dataclass(frozen=True)
class Prediction:
    """What a prediction says; nothing in it names the patient or a file of the source.

    Args:
        method: name of the method.
        bundle: sha256 of the bundle that it came from.
        modality: ``ct`` or ``mr``, what its networks learnt on and the scan was read as.
        slices: slices of the scan.
        bleeding_slices: indices, from the foot, of slices with hemorrhage, or with a lesion on MR.
        volume_ml: its volume, mL.
        probability: highest probability of a slice to show any, as the classifier says; None where the method has none.
        slice_probability: (slices,) probability of every slice to show any; None likewise.
        certainty: the same calibrated, of the scan too, and how often such a scan is called wrongly; None where the
            bundle does not tell.
        tilt_degrees: gantry tilt.
        evenly_spaced: whether one gap holds throughout; if not, or if tilted, ``mask_even.nii.gz`` is the one to view.
        flags: what is odd about the scan or its brain mask, the words of ``scans.csv``, sorted.
        faults: why some of the files are no part of the scan, or of the outputs: code, found, expected and remedy.
        classes: totals of ``any``, then of each class of a method that tells several apart.
        lesions: every connected part of a class.
        files: what was written beside this, sorted.
        use: what it is not for.
    """

    method: str
    bundle: str
    modality: str
    slices: int
    bleeding_slices: list[int]
    volume_ml: float
    probability: float | None
    slice_probability: list[float] | None
    certainty: Certainty | None
    tilt_degrees: float
    evenly_spaced: bool
    flags: list[str]
    faults: list[dict[str, str]]
    classes: list[ClassTotal]
    lesions: list[Lesion]
    files: list[str]
    use: str = field(default=NOT_A_DEVICE)

    @property
    def is_clean(self) -> bool:
        """Whether nothing speaks against the result: no fault, and no flag but those of ordinary scans."""
        return not self.faults and ORDINARY.issuperset(self.flags)

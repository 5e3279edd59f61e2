"""The page of a scan: what was found, on which slices, how much, and what speaks against it."""

from pathlib import Path

from bleedmap.html import render_page
from bleedmap.predict.outputs.coding import finding
from bleedmap.predict.outputs.prediction import NOT_A_DEVICE, ORDINARY, RESEARCH_USE, Prediction
from bleedmap.volumes.intensity import ScannerIntensity

TEMPLATE = Path(__file__).with_name("page.html.j2")
MOST_LESIONS = 20
KINDS: dict[str, ScannerIntensity] = {"ct": "hu", "mr": "mr"}
FILES = {
    "mask.nii.gz": "mask, NIfTI",
    "mask_even.nii.gz": "mask on an even stack without tilt, NIfTI",
    "probability.nii.gz": "probability, NIfTI",
    "probability_even.nii.gz": "probability on an even stack without tilt, NIfTI",
    "mask.dcm": "mask, DICOM SEG",
    "mask_even.dcm": "mask on an even stack without tilt, DICOM SEG",
    "probability.dcm": "probability, DICOM SEG",
    "report.dcm": "volumes, DICOM SR",
    "volumes.csv": "all measurements, table",
    "prediction.json": "all of this, for programs",
}


def render_result(prediction: Prediction, preview: bytes) -> str:
    """The page as text, with the same bytes for the same prediction.

    Args:
        prediction: what is told.
        preview: PNG.
    """
    kind = KINDS[prediction.modality]
    names = {*(each.name for each in prediction.classes), *(each.name for each in prediction.lesions)}
    written = {*prediction.files, "prediction.json"}
    return render_page(
        TEMPLATE,
        prediction=prediction,
        preview=preview,
        title=RESEARCH_USE,
        use=NOT_A_DEVICE,
        total=prediction.classes[0],
        classes={name: finding(name, kind) for name in sorted(names)},
        lesions=sorted(prediction.lesions, key=lambda each: -each.ml)[:MOST_LESIONS],
        ordinary=ORDINARY,
        files={name: what for name, what in FILES.items() if name in written},
    )

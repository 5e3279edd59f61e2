"""What each class is called, coded and coloured in everything that predict writes."""

from dataclasses import dataclass

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from bleedmap.volumes.intensity import ScannerIntensity


@dataclass(frozen=True)
class Finding:
    """One class, for people and for machines.

    Args:
        name: for people.
        code: SNOMED CT.
        colour: ``#rrggbb``, in the preview, on the page and in viewers; distinct to eyes that confuse red and green.
    """

    name: str
    code: Code
    colour: str


# code values and meanings as in the DICOM dictionary of pydicom (1386000) and in published code lists: OHDSI's
# phenotypes (274100004, 21454007), those of NHS England's PRIMIS (23276006) and OMOP's vocabulary (35486000, 82999001)
_HEMORRHAGES = {
    "any": Finding("hemorrhage", Code("1386000", "SCT", "Intracranial hemorrhage"), "#ff8c1a"),
    "iph": Finding("intraparenchymal", Code("274100004", "SCT", "Cerebral hemorrhage"), "#ff8c1a"),
    "ivh": Finding("intraventricular", Code("23276006", "SCT", "Ventricular hemorrhage"), "#56b4e9"),
    "sah": Finding("subarachnoid", Code("21454007", "SCT", "Subarachnoid intracranial hemorrhage"), "#f0e442"),
    "sdh": Finding("subdural", Code("35486000", "SCT", "Subdural intracranial hemorrhage"), "#2fd38a"),
    "edh": Finding("epidural", Code("82999001", "SCT", "Epidural intracranial hemorrhage"), "#ff77c8"),
}
_LESION = Finding("lesion", codes.SCT.Lesion, "#ff8c1a")  # of an MR nobody says of what kind

CATEGORY = codes.SCT.MorphologicallyAbnormalStructure
SITE = codes.SCT.Intracranial


def finding(name: str, modality: ScannerIntensity) -> Finding:
    """The class of a name.

    Args:
        name: one of ``CLASSES``.
        modality: what the scan was read as; on MR ``any`` is a lesion.
    """
    return _LESION if modality == "mr" else _HEMORRHAGES[name]


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of ``#rrggbb``."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue

"""PhysioNet CT-ICH: which scans, masks and table rows a copy holds; no scan is opened."""

from pathlib import Path

from bleedmap.config.nifti_datasets import PhysionetCtIchSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.nifti_pairs import nifti_files, pair, scan_files
from bleedmap.datasets.sources import Source
from bleedmap.datasets.tables import Row, binary, by_key, read_rows
from bleedmap.errors import TableError

ABOUT = About(
    title="PhysioNet CT-ICH 1.3.1, head CT after trauma with hemorrhage masks (Hssayeni 2020)",
    licence="CC BY 4.0 for 1.3.0, restricted terms said for 1.3.1; check the terms at the source",
    source="https://physionet.org/content/ct-ich/1.3.1/, after registration",
    layout="ct_scans/<NNN>.nii, masks/<NNN>.nii and hemorrhage_diagnosis_raw_ct.csv",
    scans=75,
)
TABLE = "hemorrhage_diagnosis_raw_ct.csv"
SUBTYPE_COLUMNS = ("Intraparenchymal", "Intraventricular", "Subarachnoid", "Subdural", "Epidural")  # as SUBTYPES
COLUMNS = ("PatientNumber", "SliceNumber", *SUBTYPE_COLUMNS, "No_Hemorrhage")


def list_sources(spec: PhysionetCtIchSpec) -> list[Source]:
    """One source a scan, and one for each patient whom only the table names.

    Raises:
        TableError: no scan where the layout puts them, version 1.0 of the set, or an unusable table.
    """
    scans, masks = scan_and_mask_files(spec)
    rows = table_rows(spec)
    return [pair(spec, name, scans, masks, rows.get(name, [])) for name in sorted(scans.keys() | rows.keys())]


def scan_and_mask_files(spec: PhysionetCtIchSpec) -> tuple[dict[str, Path], dict[str, Path]]:
    """Scans and masks by name."""
    if (spec.root / "Patients_CT").is_dir() and not (spec.root / "ct_scans").is_dir():
        raise TableError(
            "old-version",
            found="version 1.0 of the data set, with pictures instead of scans",
            expected=ABOUT.layout,
            remedy="fetch version 1.3.1",
        )
    return scan_files(spec.root / "ct_scans", ABOUT.layout), nifti_files(spec.root / "masks")


def table_rows(spec: PhysionetCtIchSpec) -> dict[str, list[Row]]:
    """Rows of the table by the name of the scan: the patient's number in three digits."""
    rows = [{**row, "name": row["PatientNumber"].zfill(3)} for row in read_rows(spec.root / TABLE, COLUMNS)]
    return by_key(rows, "name")


def answers_of(row: Row) -> tuple[int, ...]:
    """Five subtypes and No_Hemorrhage, 0 or 1 each."""
    return tuple(binary(row[column]) for column in (*SUBTYPE_COLUMNS, "No_Hemorrhage"))


def is_sound(answers: tuple[int, ...]) -> bool:
    """Whether No_Hemorrhage is the contrary of having any subtype."""
    return answers[-1] != max(answers[:-1])

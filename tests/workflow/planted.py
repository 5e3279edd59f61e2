"""A hospital's export with names, ids, dates and UIDs that must not turn up anywhere."""

import re

import pydicom

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.cohort import write_cohort

TAGS = {
    "PatientName": "Zwielicht^Adelheid",
    "PatientBirthDate": "19610321",
    "StudyDate": "20190405",
    "SeriesDate": "20190406",
    "AcquisitionDate": "20190407",
    "StudyTime": "141516.171",
    "AccessionNumber": "ACC4711815",
    "InstitutionName": "Saint Elsewhere",
    "InstitutionAddress": "Nowhere Lane 99",
    "ReferringPhysicianName": "Doktor^Quacksalber",
    "StationName": "GANTRYROOM7",
    "StudyDescription": "schaedel nativ sturz",
    "PatientComments": "fell off a ladder",
}
PATHS = ("zwielicht_adelheid", "mrn-88123", "CT_Kopf_2019")
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")


def write_hospital(folder):
    """Write two studies, a scout, a truncated file and a zip, all with planted values; returns those to look for.

    Makes ``scans`` and ``labels.csv`` (rows by SOP instance UID, with the patient id as the subject) in ``folder``.
    """
    write_cohort(PhantomSpec(seed=31, matrix=64, slice_thickness_mm=10, prevalence=1), [0, 1], folder / "cohort")
    planted = {*TAGS.values(), *PATHS, "MRN88123", "MRN88124"}
    rows = ["scan,slice,hemorrhage,subject"]
    for number, patient in enumerate(("MRN88123", "MRN88124")):
        name = f"{PATHS[0]}-{number}"
        target = folder / "scans" / name / PATHS[1] / PATHS[2]
        target.mkdir(parents=True)
        for file in sorted((folder / "cohort" / "dicom" / f"phantom-{number:03d}").iterdir()):
            data = pydicom.dcmread(file)
            for tag, value in TAGS.items():
                setattr(data, tag, value)
            data.PatientID = patient
            planted |= {str(data[tag].value) for tag in UIDS if tag in data}
            rows.append(f"{name},{data.SOPInstanceUID},{int(data.InstanceNumber) % 2},{patient}")
            data.save_as(target / f"{PATHS[2]}-{file.name}")
    cut = folder / "scans" / f"{PATHS[0]}-cut"
    cut.mkdir()
    (cut / f"{PATHS[1]}.dcm").write_bytes((target / f"{PATHS[2]}-{file.name}").read_bytes()[:5000])
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return {value for word in planted for value in re.split(r"\^", word)}

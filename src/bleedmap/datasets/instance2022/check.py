"""INSTANCE 2022: scans and masks held against each other."""

from bleedmap.config.nifti_datasets import Instance2022Spec
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.instance2022.listing import ABOUT, RELEASES, release_folder
from bleedmap.datasets.nifti_check import check_blood, check_pairs
from bleedmap.datasets.nifti_pairs import nifti_files, scan_files


def check(spec: Instance2022Spec) -> list[Finding]:
    """Scans and masks that lack each other, files that are neither, masks without blood, two releases at once."""
    folder = release_folder(spec)
    scans, masks = scan_files(folder / "data", ABOUT.layout), nifti_files(folder / "label")
    findings = [*check_pairs(spec, scans, masks, folder / "data", folder / "label"), *check_blood(spec, masks)]
    if folder != spec.root and all((spec.root / release / "data").is_dir() for release in RELEASES):
        findings.append(
            set_finding(
                "two-releases",
                found="two releases of the training part beside each other",
                expected="one",
                remedy="name the one to use as root; the later one is read",
            )
        )
    return findings

"""What is refused because no head looks like it, whatever a method learnt on."""

from bleedmap.errors import ScanError
from bleedmap.predict.familiar.scan_statistics import ScanStatistics
from bleedmap.volumes.ct_volume import CtVolume

MM_PER_CM = 10.0

SECTION_CM2 = (20.0, 350.0)
"""Largest section of a brain: that of a preterm child of 23 cm circumference has 40, one of 66 cm, skull included, 350.
The spinal canal has 3, the inside of a trunk more than 400."""

LEAST_MEAN_CM2 = 5.0
"""Of the brain's sections, its volume over the length of the scan: 96 in a head, 14 in a scan of a whole adult body."""

MEDIAN_HU = (5.0, 60.0)
"""Fluid has 0 to 15 HU, white and grey matter 20 to 45, clots 60 to 80; water has 0 within 5 HU (ACR accreditation)."""

MOST_SPREAD_HU = 40.0
"""Of fluid, tissue, blood and noise: 6 to 13 HU in phantoms, 12.5 in the public GE scan; fat among muscle 80."""

LEAST_SKULL, BONY = 0.5, 0.01
"""Share of the brain's outline that bone covers, also where half the vault is gone or the field of view cuts the head;
asked where at least so much of the scan is bone, for a skull may have been taken away before."""


def refuse_no_head(volume: CtVolume, scan: ScanStatistics) -> None:
    """Refuse what cannot be a head.

    An MR or a picture is held to the size of its brain alone.

    Args:
        volume: the scan, for what its values are.
        scan: its statistics.

    Raises:
        ScanError: ``no-head``.
    """
    fault = _size_fault(scan) or (_ct_fault(scan) if volume.intensity == "hu" else None)
    if fault is not None:
        found, expected = fault
        raise ScanError(
            "no-head",
            found=found,
            expected=expected,
            remedy="give a plain CT of the head; if it is one, look at its series, its units and its brain mask",
        )


def _size_fault(scan: ScanStatistics) -> tuple[str, str] | None:
    """What was found and what was expected of the size of a brain."""
    if scan.brain_hu is None:
        return "a scan in which no skull encloses a brain", "a head"
    least, most = SECTION_CM2
    if scan.brain_cm2 is not None and not least <= scan.brain_cm2 <= most:
        return (
            f"a brain mask of {scan.brain_cm2:.3g} cm2 at its largest section",
            f"{least:g} to {most:g} cm2 in a head",
        )
    if scan.brain_ml is not None and scan.coverage_mm is not None:
        mean = scan.brain_ml / (scan.coverage_mm / MM_PER_CM)
        if mean < LEAST_MEAN_CM2:
            return (
                f"a brain mask of {scan.brain_ml:.3g} mL in {scan.coverage_mm:.3g} mm of scan",
                f"at least {LEAST_MEAN_CM2:g} mL a cm in a head",
            )
    return None


def _ct_fault(scan: ScanStatistics) -> tuple[str, str] | None:
    """The same of the HU of a brain and the skull around it."""
    least, most = MEDIAN_HU
    if scan.brain_hu is not None and not least <= scan.brain_hu <= most:
        return f"a median of {scan.brain_hu:.3g} HU inside the brain mask", f"{least:g} to {most:g} HU in a brain"
    if scan.brain_spread_hu is not None and scan.brain_spread_hu > MOST_SPREAD_HU:
        return (
            f"values that spread by {scan.brain_spread_hu:.3g} HU inside the brain mask",
            f"at most {MOST_SPREAD_HU:g} HU in a brain",
        )
    bony = scan.bone_share is not None and scan.bone_share >= BONY
    if bony and scan.skull_share is not None and scan.skull_share < LEAST_SKULL:
        return (
            f"bone around {scan.skull_share:.0%} of the brain mask",
            f"a skull around at least {LEAST_SKULL:.0%} of a brain",
        )
    return None

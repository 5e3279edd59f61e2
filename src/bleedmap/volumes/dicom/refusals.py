"""Why DICOM files are no head scan: the sentences, without any value of a file."""

from collections.abc import Hashable

from bleedmap.errors import ScanError

DAMAGE = {"no-position", "pixel-format", "no-rescale", "monochrome1", "truncated", "pixel-length", "unreadable"}
"""Faults of what would be a slice if it were whole, so that the scan beside it lacks one."""

PLUGINS = {
    "1.2.840.10008.1.2.4.80": "pyjpegls",
    "1.2.840.10008.1.2.4.81": "pyjpegls",
    "1.2.840.10008.1.2.4.90": "pylibjpeg pylibjpeg-openjpeg",
    "1.2.840.10008.1.2.4.91": "pylibjpeg pylibjpeg-openjpeg",
    "1.2.840.10008.1.2.4.201": "pylibjpeg pylibjpeg-openjpeg",
    "1.2.840.10008.1.2.4.202": "pylibjpeg pylibjpeg-openjpeg",
    "1.2.840.10008.1.2.4.203": "pylibjpeg pylibjpeg-openjpeg",
    "1.2.840.10008.1.2.4.50": "pylibjpeg pylibjpeg-libjpeg",
    "1.2.840.10008.1.2.4.51": "pylibjpeg pylibjpeg-libjpeg",
    "1.2.840.10008.1.2.4.57": "pylibjpeg pylibjpeg-libjpeg",
    "1.2.840.10008.1.2.4.70": "pylibjpeg pylibjpeg-libjpeg",
}
"""Packages that decode a compressed transfer syntax; run-length encoding needs none."""

_SENTENCES = {
    "not-dicom": (
        "a file that is not DICOM, or one without its preamble",
        "DICOM files as an archive exports them",
        "leave it out of the folder, or export it again with its file header (dcmconv +F of DCMTK adds one)",
    ),
    "unreadable": (
        "a damaged DICOM file",
        "a file that follows the standard",
        "fetch the file again from the archive",
    ),
    "truncated": (
        "a file that ends before its pixels do",
        "as many pixels as the header announces",
        "fetch the file again from the archive",
    ),
    "pixel-length": (
        "more pixels than the header announces",
        "Rows times Columns pixels a frame",
        "export the series again from the archive",
    ),
    "dicomdir": (
        "the index of a DICOM disc",
        "an image",
        "nothing, the images beside it are read without it",
    ),
    "not-ct": (
        "images or documents of another kind than CT",
        "CT images (Modality CT, CT Image Storage)",
        "give the CT series, or set modality: mr for MR",
    ),
    "not-mr": (
        "images or documents of another kind than MR",
        "MR images (Modality MR, MR Image Storage)",
        "give the MR series, or set modality: ct for CT",
    ),
    "not-an-image-slice": (
        "a summary, dose report, screen shot or other secondary capture",
        "original slices",
        "nothing where it comes beside the scan, else give the original series of the study",
    ),
    "localizer": (
        "a localizer (scout)",
        "a stack of axial slices",
        "nothing where it comes beside the scan, else give the axial series of the study",
    ),
    "monochrome1": (
        "pixels whose highest value is the darkest (MONOCHROME1)",
        "pixels as MONOCHROME2",
        "export the original series instead of an inverted copy",
    ),
    "multi-frame": (
        "many frames in one file that is no enhanced CT or MR",
        "one slice a file, or Enhanced CT or MR Image Storage",
        "convert it to single-frame images, for example with emf2sf of dcm4che",
    ),
    "no-position": (
        "images without a usable position, orientation or pixel spacing",
        "ImagePositionPatient, ImageOrientationPatient and PixelSpacing in every file",
        "give the original axial series of the study",
    ),
    "pixel-format": (
        "images that do not say how their pixels are stored, or store them as no scanner does",
        "Rows and Columns up to 4096, 8 or 16 bits allocated and no more stored, PixelRepresentation 0 or 1",
        "export the original series from the archive",
    ),
    "no-rescale": (
        "pixels without a rescale to Hounsfield units",
        "RescaleSlope and RescaleIntercept, the slope above 0",
        "export the original CT series from the archive",
    ),
    "not-hu": (
        "pixels rescaled to another unit than Hounsfield's",
        "RescaleType HU",
        "give the conventional CT series instead of a spectral or derived one",
    ),
    "single-slice": (
        "a single slice",
        "a stack of at least two axial slices",
        "nothing where it comes beside the scan, else look for the other slices",
    ),
    "duplicate-slices": (
        "several different slices at one position",
        "one slice a position",
        "keep one of each, or one reconstruction a series",
    ),
    "interleaved-stacks": (
        "slices of two stacks that lie between each other and that nothing in the headers tells apart",
        "one reconstruction or acquisition a series",
        "give the slices of one of them, or export each as a series of its own",
    ),
    "several-phases": (
        "the same positions over and over, as in perfusion or diffusion, or with and without contrast",
        "one phase",
        "give the phase without contrast, or of MR one image a position, alone",
    ),
}


def refusal(code: str) -> ScanError:
    """The error of a code."""
    found, expected, remedy = _SENTENCES[code]
    return ScanError(code, found, expected, remedy)


def not_decoded(transfer_syntax: str) -> ScanError:
    """Pixels in a compression for which no decoder is installed; names the packages that bring it."""
    packages = PLUGINS.get(transfer_syntax)
    return ScanError(
        "compressed",
        found="pixels in a compression that cannot be decoded here",
        expected="uncompressed pixels or an installed decoder",
        remedy=f"pip install {packages}, or export uncompressed" if packages else "export uncompressed",
    )


class Faults:
    """Why files and groups of files are no scan."""

    def __init__(self) -> None:
        self._found: dict[tuple[Hashable, str], tuple[int, ScanError]] = {}

    def add(self, group: Hashable, fault: ScanError, files: int = 1) -> None:
        """Note a fault of some files; those of one group with one code are told once."""
        before, first = self._found.get((group, fault.code), (0, fault))
        self._found[group, fault.code] = (before + files, first)

    def sorted(self) -> list[ScanError]:
        """The faults, that of most files first, whatever the order in which they were noted."""
        ranked = sorted(self._found.values(), key=lambda each: (-each[0], each[1].code, each[1].found))
        return [fault for _, fault in ranked]

"""Scans of your own: one study read and joined with its labels and mask."""

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.folder.listing import label_rows, mask_file
from bleedmap.datasets.folder.scan import Known, read_scans
from bleedmap.datasets.sources import Source
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan


def read(spec: FolderSpec, source: Source) -> list[Scan | ScanError]:
    """Scans of a source, one a CT series or NIfTI file, and the fault of each part of it that is none.

    Raises:
        ScanError: nothing in the source can be used, or its labels or mask do not fit.
    """
    if not source.files:
        raise ScanError(
            "label-scan",
            found="labels for a scan that is not there",
            expected="a folder, zip or NIfTI file of that name",
            remedy="add the scan, or drop its rows from the label table",
        )
    known = Known(label_rows(spec).get(source.name, []), mask_file(spec, source.name))
    return read_scans(spec, source, known)

"""Scans of your own: masks and scans that lack each other."""

from collections.abc import Iterator

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.findings import Finding
from bleedmap.datasets.folder.listing import list_sources
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.sources import is_nifti, stem
from bleedmap.errors import ScanError


def check(spec: FolderSpec) -> list[Finding]:
    """Masks without a scan, and scans without a mask where most have one.

    Raises:
        TableError: what ``list_sources`` raises.
    """
    if spec.masks is None:
        return []
    scans = {source.name for source in list_sources(spec) if source.files}
    return sorted(_of_masks(spec, scans), key=lambda finding: (finding.fault.code, finding.scan))


def _of_masks(spec: FolderSpec, scans: set[str]) -> Iterator[Finding]:
    assert spec.masks is not None  # noqa: S101  checked by its caller
    drawn = {stem(file.name) for file in spec.masks.iterdir() if is_nifti(file)}
    for name in drawn - scans:
        fault = ScanError(
            "mask-scan",
            found="a mask for a scan that is not there",
            expected="a scan of that name",
            remedy="add the scan, or name the mask as its scan",
        )
        yield Finding(public_name(name, public=spec.public_names), fault)
    bare = scans - drawn
    if len(bare) < len(scans) / 2:
        for name in bare:
            fault = ScanError(
                "no-mask",
                found="a scan without a mask, though most have one",
                expected="a mask, an empty one where there is no bleed",
                remedy="add it under the name of the scan; without, the scan is not scored",
            )
            yield Finding(public_name(name, public=spec.public_names), fault)

"""What every DICOM object that predict writes says of itself: who made it, in which series, and what it is not for."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from highdicom import AlgorithmIdentificationSequence
from highdicom.sr import AlgorithmIdentification
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from bleedmap import __version__
from bleedmap.predict.outputs.prediction import RESEARCH_USE
from bleedmap.provenance.atomic import atomic_path

MAKER = "bleedmap"
LONGEST = 64  # characters of a long string (LO)
CLOCK = ("InstanceCreationDate", "InstanceCreationTime", "ContributionDateTime")
FAMILY = codes.DCM.ArtificialIntelligence


@dataclass(frozen=True)
class Maker:
    """The method that made an object.

    Args:
        method: its name.
        digest: sha256 of its bundle.
    """

    method: str
    digest: str

    def uid(self, *parts: str) -> str:
        """A unique identifier under the root for UUIDs: the same for the same parts, method and version."""
        text = "\n".join([MAKER, __version__, self.method, self.digest, *parts])
        return f"2.25.{int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], 'big')}"

    @property
    def algorithm(self) -> AlgorithmIdentificationSequence:
        """For a segment."""
        return AlgorithmIdentificationSequence(
            name=short(f"{MAKER} {self.method}"),
            family=FAMILY,
            version=__version__,
            source=MAKER,
            parameters={"bundle": self.digest, "use": RESEARCH_USE},
        )

    @property
    def measurer(self) -> AlgorithmIdentification:
        """For a group of measurements."""
        return AlgorithmIdentification(
            name=short(f"{MAKER} {self.method}"),
            version=__version__,
            parameters=[f"{RESEARCH_USE}; bundle {self.digest}"],
            family=FAMILY,
        )

    def series(self, kind: str, number: int, image: Dataset, key: str) -> dict[str, Any]:
        """Arguments of an object of highdicom that is alone in its series.

        The date of the content is that of the images, not of the clock: equal input gives equal bytes.

        Args:
            kind: what it is, in a word or two.
            number: of the series.
            image: one of its source images.
            key: what tells this object from another of the same kind and method.
        """
        return {
            "series_instance_uid": self.uid(kind, "series", key),
            "sop_instance_uid": self.uid(kind, "instance", key),
            "series_number": number,
            "instance_number": 1,
            "manufacturer": MAKER,
            "manufacturer_model_name": short(self.method),
            "software_versions": __version__,
            "device_serial_number": self.digest[:16] or "none",
            "series_description": short(f"{RESEARCH_USE}: {kind}, {self.method}"),
            "content_date": _first(image, "ContentDate", "AcquisitionDate", "SeriesDate", "StudyDate") or "19000101",
            "content_time": _first(image, "ContentTime", "AcquisitionTime", "SeriesTime", "StudyTime") or "000000",
        }


def short(text: str) -> str:
    """Text as a long string (LO) may be: no backslash, at most 64 characters."""
    return text.replace("\\", "/")[:LONGEST]


def write_dicom(path: Path, data: Dataset) -> None:
    """Write an object atomically, without the moment at which it was made."""
    for part in (data, *data.get("ContributingEquipmentSequence", ())):
        for name in CLOCK:
            if name in part:
                delattr(part, name)
    with atomic_path(path) as temporary:
        data.save_as(temporary, enforce_file_format=True)


def _first(image: Dataset, *names: str) -> str | None:
    """The first of some elements that has a value."""
    return next((str(image[name].value) for name in names if image.get(name)), None)

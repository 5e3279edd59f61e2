"""RSNA 2019: which scans a copy holds, from its index alone."""

from pathlib import Path

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.datasets.about import About
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.rsna2019.exclusion import excluded_scans
from bleedmap.datasets.rsna2019.index import IMAGES, load_index
from bleedmap.datasets.sources import Source

ABOUT = About(
    title="RSNA 2019 Intracranial Hemorrhage Detection",
    licence="terms of use of the RSNA challenge, non-commercial research; check them at the source",
    source="https://www.kaggle.com/c/rsna-intracranial-hemorrhage-detection (login, accept the rules)",
    layout="stage_2_train/ID_<9 hex>.dcm (752,803 files) and stage_2_train.csv; then `bleedmap index-data` once",
)


def list_sources(spec: Rsna2019Spec) -> list[Source]:
    """One source a series, from the index alone, without the patients under ``exclude``; one an unreadable image.

    A source names its first image only: paths of all would cost more than everything else, and the index has them.

    Raises:
        TableError: no index, or a place under ``exclude`` that names nobody.
    """
    index, folder = load_index(spec), spec.root / IMAGES
    left_out = excluded_scans(spec, index)
    scans = [
        _source(spec, name, folder / f"{scan.first_image}.dcm", scan.stamp)
        for name, scan in index.scans.items()
        if name not in left_out
    ]
    return scans + [_source(spec, image, folder / f"{image}.dcm", "unreadable") for image in index.unreadable]


def _source(spec: Rsna2019Spec, name: str, first: Path, digest: str) -> Source:
    return Source(public_name(name, public=spec.public_names), name, (first,), digest)

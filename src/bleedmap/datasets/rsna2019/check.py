"""What the layout and the tables of an RSNA 2019 copy tell before any pixel is read."""

from collections.abc import Iterator
from io import StringIO

import pandas as pd

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.constants import UNKNOWN_LABEL
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.rsna2019.build_index import LABEL_TABLE, image_files, labels_of
from bleedmap.datasets.rsna2019.exclusion import excluded_scans
from bleedmap.datasets.rsna2019.index import (
    CONTRADICTED,
    IMAGES,
    LABELS,
    SLICE,
    bad_index,
    index_file,
    load_index,
)
from bleedmap.datasets.rsna2019.labels import RsnaLabels, read_labels

ALL_IMAGES = 752_803


def check(spec: Rsna2019Spec) -> list[Finding]:
    """Compare images, label table and index with each other.

    Raises:
        TableError: no index, no images or no label table.
    """
    known = read_labels(spec.root / LABEL_TABLE)
    files = image_files(spec)
    table = _read_index(spec)
    strays = sum(1 for entry in (spec.root / IMAGES).iterdir() if entry.stem not in files)
    sizes = pd.Series({name: file.stat().st_size for name, file in files.items()}, dtype="int64")
    return [*_of_images(sizes.index, strays), *_of_labels(sizes.index, known), *_of_index(table, sizes, known),
            *_of_patients(spec, table)]  # fmt: skip


def _of_images(images: pd.Index, strays: int) -> Iterator[Finding]:
    if len(images) != ALL_IMAGES:
        yield set_finding(
            "image-count",
            found=f"{len(images)} images",
            expected=f"{ALL_IMAGES} in the whole data set",
            remedy="fetch what is missing, or go on with a part of it",
            is_note=True,
        )
    if strays:
        yield set_finding(
            "stray-file",
            found=f"{strays} files in stage_2_train that are no images of the data set",
            expected="files named ID_<9 hex>.dcm",
            remedy="give them back their names, or remove them",
        )


def _of_labels(images: pd.Index, known: RsnaLabels) -> Iterator[Finding]:
    table = "correct or fetch stage_2_train.csv again, then run `bleedmap index-data` again"
    without_image = int((~pd.Index(known.images).isin(images)).sum())
    without_rows = int((~images.isin(known.images)).sum())
    contradicted = int((known.values == CONTRADICTED).any(axis=1).sum())
    short = int((known.values == UNKNOWN_LABEL).any(axis=1).sum())
    for code, count, found, expected, remedy in (
        ("label-image", without_image, "labelled images without a file", "a file each", "fetch the images again"),
        ("no-label", without_rows, "images without a row in the label table", "six rows each", table),
        ("label-contradiction", contradicted, "images with rows that contradict each other", "one label a row", table),
        ("label-rows", short, "images with fewer than six rows", "six: five subtypes and any", table),
        ("label-value", known.malformed, "rows with another ID or label", "ID_<9 hex>_<subtype>,<0 or 1>", table),
    ):
        if count:
            yield set_finding(code, found=f"{count} {found}", expected=expected, remedy=remedy)
    if known.repeated:
        yield set_finding(
            "label-repeated",
            found=f"{known.repeated} rows that say again what another says",
            expected="each row once",
            remedy="nothing, they count once",
            is_note=True,
        )


def _of_index(table: pd.DataFrame, sizes: pd.Series, known: RsnaLabels) -> Iterator[Finding]:
    indexed = table.set_index("image")
    both = indexed.index.intersection(sizes.index)
    as_now = labels_of(list(indexed.index), known)
    for code, count, found in (
        ("image-missing", len(indexed.index.difference(sizes.index)), "images of the index without a file"),
        ("image-new", len(sizes.index.difference(indexed.index)), "images that the index does not have"),
        ("image-size", int((indexed.loc[both, "size"] != sizes[both]).sum()), "images of another size than indexed"),
        ("label-new", int((indexed[list(LABELS)] != as_now).any(axis=1).sum()), "images of other labels than indexed"),
    ):  # fmt: skip
        if count:
            yield set_finding(
                code,
                found=f"{count} {found}",
                expected="an index of the images and labels as they are",
                remedy="complete the copy, then run `bleedmap index-data` again",
            )


def _of_patients(spec: Rsna2019Spec, table: pd.DataFrame) -> Iterator[Finding]:
    studies = table.dropna(subset=["patient", "study"]).groupby("patient", observed=True)["study"].nunique()
    several = int((studies > 1).sum())
    if several:
        yield set_finding(
            "several-studies",
            found=f"{several} patients with several studies",
            expected="any number of studies a patient",
            remedy="nothing, splits keep a patient whole",
            is_note=True,
        )
    if spec.exclude:
        index = load_index(spec)
        left_out = excluded_scans(spec, index)
        patients = {patient for name in left_out for patient in index.scans[name].patients}
        yield set_finding(
            "excluded-patients",
            found=f"{len(left_out)} scans of {len(patients)} patients left out as exclude says",
            expected="no patient that another data set tests on",
            remedy="nothing",
            is_note=True,
        )


def _read_index(spec: Rsna2019Spec) -> pd.DataFrame:
    """The index, a row an image: study, and the columns of ``SLICE``.

    Raises:
        TableError: there is none, or it is no index.
    """
    load_index(spec)
    lines = pd.read_csv(index_file(spec), dtype=str, keep_default_na=False).iloc[:-1]
    rows = (
        f"{study} {row}\n"
        for study, slices in zip(lines["study"], lines["slices"], strict=True)
        for row in slices.split(";")
    )
    types = {"image": "object", "size": "int64", "study": "category", "patient": "category"}
    types |= dict.fromkeys(LABELS, "int8")
    try:
        return pd.read_csv(StringIO("".join(rows)), sep=" ", names=["study", *SLICE], dtype=types)
    except (ValueError, OverflowError, pd.errors.ParserError):
        raise bad_index() from None

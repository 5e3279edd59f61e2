"""An index as large as that of RSNA 2019 without an image behind it: all that planning reads of such a data set."""

import csv
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from bleedmap.datasets.rsna2019.index import COLUMNS, END, LABELS
from bleedmap.provenance.atomic import atomic_path

NO_OTHER_SUBTYPE = (0,) * (len(LABELS) - 2)
FILE_BYTES = (526_000, 526_002, 525_998)
SPREAD = 0x9E3779B1  # odd, so that numbers below a power of two are dealt out without a double


def write_rsna_index(folder: Path, *, studies: int, images: int) -> Path:
    """Write the index of a made-up copy, unless it is there already.

    Args:
        folder: where the copy would lie.
        studies: of one series each; every sixth is the second of its patient.
        images: slices of all studies, shared out evenly; every seventh shows a bleed.

    Returns:
        The index, a file in ``folder``.
    """
    file = folder / f"scans-{studies}-{images}.csv"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(file) as temporary, temporary.open("w", newline="", encoding="utf-8") as opened:
            writer = csv.writer(opened, lineterminator="\n")
            writer.writerow(COLUMNS)
            for (study, series), rows in groupby(_rows(studies, images), key=lambda row: row[:2]):
                writer.writerow([study, series, ";".join(row[2] for row in rows)])
            writer.writerow([END, studies, ""])
    return file


def with_more_scans(index: Path, count: int) -> Path:
    """The index of the same copy after scans were added to it.

    Args:
        index: what ``write_rsna_index`` wrote.
        count: scans of one series, patient and slice each.

    Returns:
        Another file beside it.
    """
    header, *scans, end = index.read_text(encoding="utf-8").splitlines()
    before, *_ = end.removeprefix(f"{END},").split(",")
    first = int(before) * 1000  # numbers that no scan, image or patient of the index has
    row = " ".join(map(str, (FILE_BYTES[0], 0, 0, *NO_OTHER_SUBTYPE)))
    more = [
        f"{_name(number, 10)},{_name(number + count, 10)},{_name(number, 9)} {_name(number, 8)} {row}"
        for number in range(first, first + count)
    ]
    return _again(index, f"{count}-more", [header, *scans, *more])


def without_first_scan(index: Path) -> Path:
    """The index of the same copy after a scan was taken out of it; another file beside it."""
    header, _, *scans, _ = index.read_text(encoding="utf-8").splitlines()
    return _again(index, "one-less", [header, *scans])


def _again(index: Path, how: str, lines: list[str]) -> Path:
    file = index.with_stem(f"{index.stem}-{how}")
    with atomic_path(file) as temporary:
        temporary.write_text("\n".join([*lines, f"{END},{len(lines) - 1},"]) + "\n", encoding="utf-8")
    return file


def _rows(studies: int, images: int) -> Iterator[tuple[str, str, str]]:
    for image in range(images):
        study = image * studies // images
        patient = study - (study % 6 == 5)
        bleeds = int(image % 7 == 0)
        size = FILE_BYTES[image % len(FILE_BYTES)]
        row = (_name(image, 9), _name(patient, 8), size, bleeds, bleeds, *NO_OTHER_SUBTYPE)
        yield _name(study, 10), _name(study + studies, 10), " ".join(map(str, row))


def _name(number: int, digits: int) -> str:
    """A name as RSNA 2019 gives them, another one for every number."""
    return f"ID_{number * SPREAD % 16**digits:0{digits}x}"

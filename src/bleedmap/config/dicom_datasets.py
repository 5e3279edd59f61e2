"""Public data sets that come as DICOM."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from bleedmap.config.dataset_base import DatasetSpec


class Rsna2019Spec(DatasetSpec):
    """RSNA 2019 intracranial hemorrhage detection: 752,803 slices with five subtype labels."""

    adapter: Literal["rsna2019"] = "rsna2019"
    root: Path = Field(description="folder of stage_2_train and stage_2_train.csv, as unpacked")
    index: Path | None = Field(
        None,
        description="table of every slice's patient, study, series and labels, written once by `bleedmap index-data`; "
        "null: bleedmap-index.csv in root",
    )
    exclude: tuple[Path, ...] = Field(
        (),
        description="patients to leave out: roots of BHSD copies, whose scans are of RSNA 2019 patients, or text files "
        "with one patient id (`ID_` and 8 hexadecimal digits) a line",
    )
    public_names: bool = Field(
        True, description="whether the public study and patient ids may be shown; otherwise ids are keyed hashes"
    )


class Cq500BhxSpec(DatasetSpec):
    """CQ500: 491 scans with three readers' votes, and BHX boxes on their slices."""

    adapter: Literal["cq500_bhx"] = "cq500_bhx"
    root: Path = Field(description="folder of the CQ500CT<n> folders and reads.csv, as unpacked")
    series: Literal["thick", "thin", "all"] = Field(
        "thick",
        description="which series of a study to read, told by their folders' names: thick or thin, one plain series a "
        "study of that kind, or of the other where the study has none of it; all: every series, also with contrast "
        "and of bone",
    )
    boxes: Path | None = Field(None, description="folder of the three BHX tables; null: no boxes, no slice labels")
    boxes_table: Literal[1, 2, 3] = Field(
        2,
        description="which BHX table: 1 drawn by readers on one series a study, 2 extrapolated to all series (default: "
        "the only one that has boxes whichever series is read), 3 extrapolated to selected series",
    )
    chronic: Literal["ignore", "sdh"] = Field(
        "ignore",
        description="chronic subdural boxes: ignore drops them and leaves slices without another box unlabelled, for "
        "old blood is dark and neither an acute bleed nor the absence of one; sdh counts them as subdural",
    )
    public_names: bool = Field(
        True, description="whether the public study names may be shown; otherwise ids are keyed hashes"
    )

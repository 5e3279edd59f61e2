from pathlib import Path

import pandas as pd

from bleedmap.datasets.phantom.reading import packed_names


def test_files_of_the_phantom_are_told_by_their_place_in_its_archive_wherever_it_was_unpacked():
    told = [
        packed_names(pd.Series([f"{folder}/dicom/phantom-001/001.dcm"]), Path("results/p/0.zip"), Path(folder))[0]
        for folder in ("/tmp/one", "/tmp/two")  # noqa: S108  names alone
    ]
    assert told == ["results/p/0.zip!dicom/phantom-001/001.dcm"] * 2

"""A slice stored under several names is one slice, and what a table says of any of them counts."""

import numpy as np
import pytest

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.folder.listing import list_sources
from bleedmap.datasets.folder.reading import read
from bleedmap.errors import ScanError

OTHER = "1.2.826.0.1.77"


@pytest.fixture
def ward(tmp_path, write_dicom, copy_dicom):
    """Labels of a scan of three slices whose middle one is there twice: ``01.dcm`` and ``zz.dcm``."""
    uids = write_dicom(tmp_path / "scans" / "a")
    copy_dicom(tmp_path / "scans" / "a" / "01.dcm", "zz.dcm", OTHER)

    def found(**said):
        rows = [f"a,{ {'own': uids[1], 'copy': OTHER, 'file': 'zz.dcm', 'first': '01.dcm'}[name] },{label}"
                for name, label in said.items()]  # fmt: skip
        (tmp_path / "labels.csv").write_text("scan,slice,hemorrhage\n" + "\n".join(rows) + "\n")
        spec = FolderSpec(root=tmp_path / "scans", labels=tmp_path / "labels.csv", public_names=True)
        (scan,) = read(spec, list_sources(spec)[0])
        return scan

    return found


@pytest.mark.parametrize("said", [{"own": 1}, {"copy": 1}, {"file": 1}, {"first": 1, "file": 1}, {"own": 1, "copy": 1}])
def test_a_label_of_a_copy_is_one_of_the_slice(ward, said):
    scan = ward(**said)
    assert scan.labels.tolist() == [-1, 1, -1]
    assert "copies-dropped" in scan.volume.flags


@pytest.mark.parametrize("said", [{"own": 1, "copy": 0}, {"own": 0, "file": 1}, {"first": 0, "copy": 1}])
def test_labels_of_copies_that_contradict_each_other_are_told(ward, said):
    with pytest.raises(ScanError, match="label-contradiction"):
        ward(**said)


def test_neither_order_nor_names_decide_which_copy_is_known(tmp_path, write_dicom, copy_dicom):
    uids = write_dicom(tmp_path / "scans" / "a")
    copy_dicom(tmp_path / "scans" / "a" / "02.dcm", "00a.dcm", "0.0.0.0.1")
    (tmp_path / "labels.csv").write_text(f"scan,slice,hemorrhage\na,{uids[2]},1\na,0.0.0.0.1,1\na,02.dcm,1\n")
    spec = FolderSpec(root=tmp_path / "scans", labels=tmp_path / "labels.csv")
    (scan,) = read(spec, list_sources(spec)[0])
    np.testing.assert_array_equal(scan.labels, [-1, -1, 1])

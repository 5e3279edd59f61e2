"""What is known of the subtypes of a scan as a whole."""

import numpy as np
import pytest

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.folder.listing import list_sources
from bleedmap.datasets.folder.reading import read
from bleedmap.datasets.ingest import SCAN_COLUMNS, ingest

NAMES = ("iph", "ivh", "sah", "sdh", "edh")


@pytest.fixture
def scan_of(tmp_path, write_ct):
    """Scan of three slices with some rows of a label table ``scan,slice,hemorrhage,iph,sdh``, and perhaps a mask."""

    def read_one(*rows, mask=None, mask_values="binary"):
        write_ct(tmp_path / "scans" / "one.nii.gz")
        (tmp_path / "labels.csv").write_text(
            "scan,slice,hemorrhage,iph,sdh\n" + "".join(f"one,{row}\n" for row in rows)
        )
        masks = None
        if mask is not None:
            masks = tmp_path / "masks"
            write_ct(masks / "one.nii.gz", mask)
        spec = FolderSpec(
            root=tmp_path / "scans", labels=tmp_path / "labels.csv", masks=masks, mask_values=mask_values,
            public_names=True,
        )  # fmt: skip
        (source,) = list_sources(spec)
        return spec, source, read(spec, source)[0]

    return read_one


def test_a_row_about_the_scan_tells_its_subtypes_and_leaves_its_slices_unknown(scan_of):
    _, _, scan = scan_of(",1,1,0")
    assert scan.scan_subtypes.tolist() == [1, -1, -1, 0, -1]
    assert (scan.subtypes[:, 0] == -1).all()


def test_one_slice_with_a_subtype_is_enough_and_all_slices_without_are_none(scan_of):
    _, _, scan = scan_of("0,0,0,0", "1,1,1,0", "2,1,,0")
    assert scan.scan_subtypes.tolist() == [1, -1, -1, 0, -1]


def test_a_scan_without_a_bleed_has_no_subtype(scan_of):
    _, _, scan = scan_of(",0,0,0")
    assert scan.scan_subtypes.tolist() == [0, 0, 0, 0, 0]


def test_masks_by_subtype_tell_what_the_table_leaves_open(scan_of):
    mask = np.zeros((3, 24, 20), dtype=np.uint8)
    mask[1, 8:12, 8:12], mask[2, 8:12, 8:12] = 4, 5
    _, _, scan = scan_of(",1,,", mask=mask, mask_values="subtypes")
    assert scan.truth_subtypes
    assert scan.scan_subtypes.tolist() == [0, 0, 0, 1, 1]


def test_masks_of_any_blood_tell_nothing_of_subtypes(scan_of):
    mask = np.zeros((3, 24, 20), dtype=np.uint8)
    mask[1, 8:12, 8:12] = 4
    _, _, scan = scan_of(",1,,", mask=mask)
    assert not scan.truth_subtypes
    assert scan.scan_subtypes is None
    assert set(np.unique(scan.truth)) == {0, 1}


def test_the_table_of_scans_says_intensity_and_subtypes(scan_of, tmp_path):
    spec, source, _ = scan_of(",1,1,0")
    table, _, _ = ingest([source], lambda each: read(spec, each), tmp_path / "scans.zip").tables()
    assert list(table.columns) == list(SCAN_COLUMNS)
    assert table.loc[0, list(NAMES)].tolist() == [1, -1, -1, 0, -1]
    assert table.loc[0, "intensity"] == "hu"
    assert not table.loc[0, "truth_subtypes"]

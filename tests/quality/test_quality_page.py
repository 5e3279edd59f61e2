import re

import pandas as pd
import pytest

from bleedmap.quality.page import render

COLUMNS = {
    "subject": "s",
    "slices": 30,
    "rows": 512,
    "columns": 512,
    "slice_mm": 5.0,
    "row_mm": 0.45,
    "column_mm": 0.45,
    "tilt_degrees": 12.5,
    "positive_slices": 3,
    "labelled_slices": 30,
}


@pytest.fixture
def scans():
    rows = [
        {"scan": "a", **COLUMNS, "brain_ml": 1400.0, "flags": None},
        {"scan": "b", **COLUMNS, "brain_ml": 300.0, "flags": "tilted brain-small"},
        {"scan": "c", **COLUMNS, "slice_mm": None, "brain_ml": None, "flags": ""},
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def rejected():
    row = {"scan": "x", "code": "localizer", "found": "a <b>scout</b>", "expected": "a stack", "remedy": "leave it out"}
    return pd.DataFrame([row])


def page(scans, rejected, most=10):
    return render("hospital", scans, rejected, lambda name: name.encode(), most)


def test_flagged_scans_come_first_with_their_flags(scans, rejected):
    text = page(scans, rejected)
    assert text.index("montage of b") < text.index("montage of a") < text.index("montage of c")
    assert "tilted, brain-small" in text


def test_what_was_refused_stands_there_with_the_reason(scans, rejected):
    text = page(scans, rejected)
    assert "localizer" in text
    assert "leave it out" in text
    assert "a &lt;b&gt;scout" in text


def test_scans_without_a_place_are_counted(scans, rejected):
    text = page(scans, rejected, most=1)
    assert "montage of b" in text
    assert "montage of a" not in text
    assert "2 more scans" in text


def test_a_scan_without_spacing_or_volume_says_unknown(scans, rejected):
    assert page(scans, rejected).count("unknown") == 2


def test_a_page_of_pictures_speaks_of_no_mm_and_no_ml(scans, rejected):
    pictures = scans.assign(**dict.fromkeys(["slice_mm", "row_mm", "column_mm", "brain_ml"], None))
    text = page(pictures, rejected)
    assert not {"mm", "mL"} & set(re.findall(r"\w+", text))
    assert "mm" in page(scans, rejected)


def test_a_data_set_without_refusals_says_so(scans, rejected):
    assert "<p>None.</p>" in page(scans, rejected.iloc[:0])

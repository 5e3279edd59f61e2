import math
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from bleedmap.report.cohort import describe
from bleedmap.report.page import Picture, render
from bleedmap.report.spec import Network, OverlaySpec, PageSpec, Row, Split
from bleedmap.scoring.compare import COLUMNS
from bleedmap.scoring.leaderboard import BOARD_COLUMNS
from bleedmap.scoring.table import RowLabels, Score, join, tabulate

PNG = b"\x89PNG picture"
BOARD = [
    ("plain", "subject", "dice", 0.1234, 0.0567, 11, 0),
    ("weak", "subject", "dice", 0.5432, 0.0789, 11, 4),
    ("strong", "subject", "dice", 0.9871, 0.0123, 11, 0),
    ("plain", "slice", "hd95", 23.456, 7.891, 321, 17),
    ("weak", "pooled", "iou", 0.4567, float("nan"), 11, 0),
    ("weak", "subject", "volume_error_ml", 12.34, 5.67, 11, 0),
    ("weak", "slice", "auroc", 0.8765, float("nan"), 654, 0),
]
TESTED = [
    ("d", "any", "dice", "weak", "plain", 11, 2, 0.4198, 0.0004, 0.0008, 0.02, 0.04),
    ("d", "any", "hd95", "weak", "plain", 12, 0, -12.34, 0.03, 0.06, 0.01, 0.02),
    ("d", "any", "dice", "strong", "weak", 1, 0, 0.2, float("nan"), float("nan"), float("nan"), float("nan")),
]


CV = Split(name="cv", dataset="d", run=(0, 2), folds=5)


class Reader(HTMLParser):
    """Text, addresses and table rows of a page."""

    def __init__(self, html):
        super().__init__()
        self.text, self.addresses, self.rows, self.tags = "", [], [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href", "srcset", "action"}]
        if tag == "tr":
            self.rows.append("")

    def handle_data(self, data):
        self.text += data
        if self.rows:
            self.rows[-1] += " " + data


@pytest.fixture(scope="module")
def parts(rows):
    labels = [RowLabels("d", row.name, 0, subject, subject) for row in rows for subject in "ab"]
    scans = pd.DataFrame(
        {
            "subject": ["a", "a", "b"],
            "slices": 1000,
            "labelled_slices": 30,
            "positive_slices": 7,
            "truth": True,
            "intensity": "hu",
        }
    )
    reason = ("uneven-spacing", "one gap throughout", "leave it out")
    rejected = pd.DataFrame([reason] * 2, columns=["code", "expected", "remedy"]).assign(found="gaps of /home/me")
    history = pd.DataFrame({"epoch": [0, 1], "train_loss": [1.0, 0.5], "validation_loss": [1.1, 0.8]})
    return {
        "spec": PageSpec(rows=rows, splits=(CV,), networks=(Network(name="net", split="cv"),)),
        "board": pd.DataFrame([("d", m, "any", *rest) for m, *rest in BOARD], columns=list(BOARD_COLUMNS)),
        "comparisons": pd.DataFrame(TESTED, columns=list(COLUMNS)),
        "scores": join(tabulate(label, [Score("subject", "dice", 0.5)]) for label in labels),
        "cohorts": [describe("d", scans, rejected)],
        "pictures": [Picture(CV, 0, PNG, PNG + b"0"), Picture(CV, 2, PNG, PNG + b"2")],
        "histories": [history, history],
    }


@pytest.fixture(scope="module")
def html(parts):
    return render(**parts)


def test_every_method_and_every_number_is_on_the_page(html, rows):
    page = Reader(html)
    shown = {"hd95": 1, "volume_error_ml": 1}
    for method, _, metric, mean, std, n, missing in BOARD:
        numbers = [f"{value:.{shown.get(metric, 3)}f}" for value in (mean, std) if not math.isnan(value)]
        units = f"{n} of {n + missing}" if missing else f"{n}"
        assert any(all(part in row for part in (method, *numbers, units)) for row in page.rows), (method, metric)
    assert all(row.name in page.text for row in rows)


def test_every_comparison_is_on_the_page_with_its_corrected_p_and_number_of_pairs(html):
    rows = [re.sub(r"\s+", " ", row).strip() for row in Reader(html).rows]
    first = next(row for row in rows if row.startswith("weak against plain"))
    assert "+0.420 p < 0.001 / 0.040 11 of 13" in first
    assert "-12.3 p 0.060 / 0.020 12" in first
    assert any(row.startswith("strong against weak +0.200 1") for row in rows)
    # of the two in the first line only Dice is clear by both tests
    line = next(part for part in html.split("<tr>") if "weak <span" in part and "+0.420" in part)
    assert line.count('class="best"') == 1


def test_a_run_of_one_method_has_no_comparisons(parts):
    assert "Comparisons" not in render(**parts | {"comparisons": parts["comparisons"][:0]})


NO_DICE = "No bleed is drawn"


def test_where_no_bleed_is_drawn_the_page_says_that_there_is_no_dice(parts, html, detector):
    nothing = [
        ("weak", "subject", "dice", math.nan, math.nan, 0, 9),
        ("weak", "subject", "false_positive", 0.25, 0.4, 9, 0),
    ]
    board = pd.DataFrame([("d", m, "any", *rest) for m, *rest in nothing], columns=list(BOARD_COLUMNS))
    scores = parts["scores"].assign(value=math.nan)
    assert NO_DICE in render(**parts | {"board": board, "scores": scores})
    assert NO_DICE not in html
    points = pd.DataFrame([("d", "peaks", "any", "pooled", "ppv", 0.5, math.nan, 3, 0)], columns=list(BOARD_COLUMNS))
    spec = parts["spec"].model_copy(update={"rows": (*parts["spec"].rows, detector)})
    assert NO_DICE not in render(**parts | {"spec": spec, "board": points, "scores": scores})


def test_methods_are_shown_as_paths(html):
    page = Reader(html)
    assert any(
        re.sub(r"\s+", " ", row).strip().startswith("weak scans → net → cam → crf → unet → scores") for row in page.rows
    )


def test_data_are_counted_and_refusals_told_by_code_without_what_was_found(html):
    page = Reader(html)
    assert any(re.findall(r"\S+", row)[:8] == ["d", "3", "2", "3,000", "90", "21", "3", "2"] for row in page.rows)
    assert any("uneven-spacing 2" in re.sub(r"\s+", " ", row) for row in page.rows)
    assert "/home" not in page.text


def test_the_page_asks_nothing_of_the_network(html):
    page = Reader(html)
    assert page.addresses
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in page.addresses)
    assert not page.tags & {"script", "link", "iframe", "object"}
    without_pictures = re.sub(r"base64,[A-Za-z0-9+/=]+", "", html)
    assert not re.search(r"https?://|url\(|@import", without_pictures)


def test_the_page_has_the_same_bytes_twice(parts, html):
    assert render(**parts) == html


def test_text_of_users_is_escaped(parts):
    bad = "<script>alert(1)</script>"
    scans, rejected = (
        pd.DataFrame(
            {
                "subject": ["a"],
                "slices": 1,
                "labelled_slices": 1,
                "positive_slices": 1,
                "truth": True,
                "intensity": "hu",
            }
        ),
        pd.DataFrame([(bad, bad, bad)], columns=["code", "expected", "remedy"]),
    )
    page = Reader(render(**parts | {"cohorts": [describe(bad, scans, rejected)]}))
    assert "script" not in page.tags
    assert bad in page.text


def test_of_mr_the_page_says_what_a_bleed_is(parts, html):
    scans = pd.DataFrame({"subject": ["a"], "slices": 1, "labelled_slices": 1, "positive_slices": 1, "truth": True})
    rejected = pd.DataFrame(columns=["code", "expected", "remedy"])
    of_mr = describe("strokes", scans.assign(intensity="mr"), rejected)
    said = "strokes is MR: wherever this page says bleed or hemorrhage, it is the lesion that its labels name."
    assert said in Reader(render(**parts | {"cohorts": [of_mr]})).text
    assert "is MR" not in Reader(html).text


def test_pictures_of_all_folds_are_there(html):
    page = Reader(html)
    assert "cv (d), fold 0" in page.text
    assert "cv (d), fold 2" in page.text
    assert sum(address.startswith("data:") for address in page.addresses) == 2 * 2 + 2  # overlays and two charts


def test_a_run_without_networks_has_no_training_section(parts, html):
    spec = parts["spec"].model_copy(update={"networks": ()})
    without = render(**parts | {"spec": spec, "histories": []})
    assert "#training" in Reader(html).addresses
    assert "#training" not in Reader(without).addresses
    assert 'id="training"' not in without


def test_a_data_set_without_truth_has_detection_scores_only(parts):
    board = parts["board"][parts["board"]["metric"] == "auroc"]
    html = render(**parts | {"board": board, "scores": parts["scores"][:0]})
    assert "Detection" in html
    assert "By subject" not in html


def test_rows_and_splits_say_who_learned_and_who_is_scored_where(parts):
    external = Split(name="other", dataset="e", run=(0,), folds=1)
    spec = parts["spec"].model_copy(update={"splits": (CV, external)})
    page = Reader(render(**parts | {"spec": spec}))
    rows = [re.sub(r"\s+", " ", row).strip() for row in page.rows]
    assert "cv d 0, 2 of 5 net plain, weak, strong" in rows
    assert any(row.startswith("other e 0 of 1 – weak") for row in rows)
    assert next(row for row in rows if row.startswith("weak scans")).endswith("slice labels cv, other")
    assert spec.datasets == ["d", "e"]
    assert [(split.name, fold) for split, fold in spec.pictured] == [("cv", 0), ("cv", 2), ("other", 0)]


def test_a_split_that_is_only_learned_on_has_no_pictures(parts):
    learned = Split(name="rsna", dataset="r", run=(0,), folds=1)
    networks = (Network(name="net", split="rsna"), Network(name="unet", split="cv"))
    spec = parts["spec"].model_copy(update={"splits": (learned, CV), "networks": networks})
    assert [(split.name, fold) for split, fold in spec.pictured] == [("cv", 0), ("cv", 2)]
    assert [(network.name, fold) for network, fold in spec.trained] == [("net", 0), ("unet", 0), ("unet", 2)]
    assert spec.learned_on(learned) == ["net"]
    with pytest.raises(ValueError, match="zip"):
        render(**parts | {"spec": spec})  # two histories for three trainings
    history = parts["histories"][0]
    assert 'id="training"' in render(**parts | {"spec": spec, "histories": [history] * 3})


def test_classes_are_named_where_there_are_several(parts, html):
    assert "hemorrhage of any kind" not in html
    edh = parts["board"].assign(**{"class": "edh"})
    both = render(**parts | {"board": pd.concat([parts["board"], edh])})
    assert "<h3>d: hemorrhage of any kind</h3>" in both
    assert "<h3>d: EDH</h3>" in both


def test_a_detector_is_scored_by_localisation(parts, rows, detector):
    spec = parts["spec"].model_copy(update={"rows": (*rows, detector)})
    extra = [("d", "peaks", "any", "pooled", name, 0.4321, float("nan"), 9, 0) for name in ("ppv", "localisation_f1")]
    board = pd.concat([parts["board"], pd.DataFrame(extra, columns=list(BOARD_COLUMNS))])
    page = Reader(render(**parts | {"spec": spec, "board": board}))
    rows_shown = [re.sub(r"\s+", " ", row).strip() for row in page.rows]
    assert "method PPV ↑ localisation F1 ↑" in rows_shown
    assert any(row.startswith("peaks 0.432 9 0.432 9") for row in rows_shown)
    assert any(row.startswith("peaks scans → net → cam → maxima → scores slice labels") for row in rows_shown)


def test_specs_survive_their_json(parts, spec):
    assert PageSpec.from_json(parts["spec"].to_json()) == parts["spec"]
    assert OverlaySpec.from_json(spec.to_json()) == spec


def test_what_a_method_leaves_out_is_none_in_its_path(rows, detector):
    assert rows[0].path == {
        "classifier": "none",
        "saliency": "none",
        "mask": "hu",
        "detector": "none",
        "segmenter": "none",
    }
    assert rows[0].steps == ["hu"]
    assert detector.heatmap == "net/cam"
    assert rows[0].heatmap is None


def test_a_row_of_the_config_and_its_path_are_the_same_row(rows, detector):
    for row in (*rows, detector):
        assert Row(name=row.name, scored=row.scored, supervised=row.supervised, **row.path) == row

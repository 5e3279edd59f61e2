from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from bleedmap.errors import TableError
from bleedmap.report.paper import PRINTED_COLUMNS, beside, blocks, markdown, read_beside, read_printed
from bleedmap.scoring.table import RowLabels, Score, join, tabulate

PRINTED = """\
table,fold,row,unit,metric,printed_mean,printed_std,audited_mean,audited_std,note
Table 1,all,weak,slice,dice,0.3,0.2,,,
Table 1,2,weak,slice,dice,0.211,0.245,0.245,0.211,swapped
Table 1,all,never,slice,dice,0.5,,,,
"""


@pytest.fixture
def printed(tmp_path):
    path = tmp_path / "printed.csv"
    path.write_text(PRINTED)
    return path


@pytest.fixture
def scores():
    """Slices of Dice 0.2 and 0.4 in the first fold and 0.9 in the second."""
    values = {0: [0.2, 0.4], 1: [0.9]}
    return join(
        tabulate(RowLabels("heads", "weak", fold, f"p{fold}", "scan"), [Score("slice", "dice", v, i)])
        for fold, found in values.items()
        for i, v in enumerate(found)
    )


def test_a_run_stands_beside_what_is_printed_fold_by_fold(scores, printed):
    table = beside(scores, read_printed(printed))
    assert table["mean"].round(6).tolist()[:2] == [0.5, 0.9]
    assert table["n"].tolist()[:2] == [3, 1]
    assert table["printed_mean"].tolist() == [0.3, 0.211, 0.5]


def test_a_row_that_was_not_run_is_blank_and_stays(scores, printed):
    last = beside(scores, read_printed(printed)).iloc[-1]
    assert last["method"] == "never"
    assert np.isnan(last["mean"])
    assert pd.isna(last["dataset"])


def test_what_an_audit_corrected_is_shown_with_its_reason(scores, printed):
    title, heads, lines, notes = next(blocks(beside(scores, read_printed(printed))))
    assert title == "Table 1, heads"
    assert heads == ["row", "fold", "Dice, here", "Dice, printed"]
    assert lines == [
        ["weak", "all", "0.500 ± 0.361 (3)", "0.300 ± 0.200"],
        ["weak", "2", "0.900 (1)", "0.245 ± 0.211 [1]"],
    ]
    assert notes == ["swapped"]


def test_the_page_holds_every_row_and_note(scores, printed):
    page = markdown(beside(scores, read_printed(printed)))
    assert "| weak | 2 | 0.900 (1) | 0.245 ± 0.211 [1] |" in page
    assert "[1] swapped" in page
    assert "**Table 1, not run**" in page
    assert "| never | all |  | 0.500 |" in page


def test_the_table_survives_its_file(scores, printed, tmp_path):
    from bleedmap.provenance.tables import write_table

    table = beside(scores, read_printed(printed))
    write_table(table, tmp_path / "paper.csv")
    assert markdown(read_beside(tmp_path / "paper.csv")) == markdown(table)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("dice", "dise"),
        lambda text: text.replace(",0.3,", ",about a third,"),
        lambda text: text.replace("table,", "tables,"),
        lambda text: text.replace(",all,", ",some,"),
        lambda text: "",
    ],
)
def test_a_table_that_nobody_can_join_is_refused(printed, spoil):
    printed.write_text(spoil(PRINTED))
    with pytest.raises(TableError, match="printed-table"):
        read_printed(printed)


@pytest.mark.parametrize("paper", sorted(Path(__file__).parents[2].glob("config/papers/*_printed.csv")))
def test_the_rows_that_a_paper_prints_are_rows_of_its_config(paper):
    beside = ("demo_size", "released", "infarct_mri", "head_ct")
    (config,) = (file for file in paper.parent.glob(f"{paper.name[:3]}_*.yaml") if file.stem[4:] not in beside)
    methods = yaml.safe_load(config.read_text())["methods"]
    table = read_printed(paper)
    assert tuple(table.columns) == (*PRINTED_COLUMNS, "class")
    assert set(table["row"]) <= set(methods)
    assert table["printed_mean"].notna().all()


def test_the_overall_row_of_swin_grad_cam_is_the_mean_of_its_folds_once_audited():
    table = read_printed(Path(__file__).parents[2] / "config" / "papers" / "000_printed.csv")
    for metric in ("dice", "iou"):
        own = table[(table["row"] == "swin-grad-cam") & (table["metric"] == metric)]
        folds = own.loc[own["fold"] != "all", "printed_mean"].mean()
        assert own.loc[own["fold"] == "all", "audited_mean"].item() == pytest.approx(folds, abs=2e-3)

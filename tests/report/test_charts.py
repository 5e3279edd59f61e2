import numpy as np
import pandas as pd
import pytest

from bleedmap.report.charts import dice_chart, training_chart
from bleedmap.scoring.leaderboard import leaderboard
from bleedmap.scoring.subjects import subject_means
from bleedmap.scoring.table import RowLabels, Score, join, tabulate


@pytest.fixture
def scores():
    values = [
        ("weak", "a", "a1", 0.2),
        ("weak", "a", "a2", 0.4),
        ("weak", "b", "b1", 0.9),
        ("strong", "c", "c1", np.nan),
    ]
    return join(tabulate(RowLabels("d", m, 0, s, scan), [Score("subject", "dice", v)]) for m, s, scan, v in values)


def test_dots_are_subjects_as_the_leaderboard_counts_them(scores):
    means = subject_means(scores, "dice")
    weak = means[means["method"] == "weak"]["value"]
    assert weak.tolist() == pytest.approx([0.3, 0.9])
    board = leaderboard(scores).set_index("method")
    assert board.loc["weak", "mean"] == pytest.approx(weak.mean())
    assert board.loc["weak", "n"] == len(weak)


def test_dots_are_those_of_the_subjects_that_all_methods_have(scores, rows):
    other = scores[scores["subject"] == "b"].assign(method="plain")
    alone = pd.concat([scores[scores["subject"] == "b"], other], ignore_index=True)
    assert dice_chart(pd.concat([scores, other], ignore_index=True), rows) == dice_chart(alone, rows)


def test_charts_are_png_with_the_same_bytes_twice(scores, rows):
    history = pd.DataFrame({"epoch": [0, 1], "train_loss": [1.0, 0.5], "validation_loss": [1.1, 0.8]})
    for draw in (lambda: dice_chart(scores, rows), lambda: training_chart(["net"] * 4, [[history]] * 4)):
        assert draw().startswith(b"\x89PNG")
        assert draw() == draw()


def test_a_chart_of_no_scores_is_empty_but_there(scores, rows):
    assert dice_chart(scores[:0], rows).startswith(b"\x89PNG")

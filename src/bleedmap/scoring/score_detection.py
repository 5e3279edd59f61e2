"""Detection scores of the classifier behind a method, class by class."""

from dataclasses import replace

import numpy as np
import pandas as pd

from bleedmap.classifiers.operating_point import OperatingPoints
from bleedmap.constants import CLASSES
from bleedmap.scoring.detection import detection_rows
from bleedmap.scoring.table import RowLabels, join
from bleedmap.splits.roles import Roles


def score_detection(scores: pd.DataFrame, points: OperatingPoints, roles: Roles, row: RowLabels) -> pd.DataFrame:
    """Score a classifier on the labelled slices of test subjects.

    Args:
        scores: a row a slice and class, columns subject, class, label (1 bleed, 0 none, -1 unknown) and score
            (``classifiers.classify_scan``).
        points: operating points chosen on validation slices; a class without one gets its AUROC only.
        roles: of the fold; only test subjects take part.
        row: data set, method and fold.

    Returns:
        The long table of ``scoring.table``; a class without a labelled test slice has no rows.
    """
    used = scores[(roles.of(scores["subject"]) == "test") & (scores["label"] >= 0)]
    tables = []
    for name in CLASSES:
        own = used[used["class"] == name]
        if len(own):
            # a table's digits tell single precision apart, as which the operating point was one of the scores
            values, labels = own["score"].to_numpy(dtype=np.float32), own["label"].to_numpy()
            tables.append(detection_rows(values, labels, points.threshold(name), replace(row, class_name=name)))
    return join(tables)

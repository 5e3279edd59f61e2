"""Which slices may hold a bleed, and so get a mask from saliency."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.masks import AnyMask, MixedSpec, SaliencyMaskSpec
from bleedmap.splits.roles import Roles


def gate(spec: AnyMask, threshold: float) -> float:
    """Score from which a slice may hold a bleed: the classifier's operating point, or any at all without a gate."""
    asked = spec.otherwise if isinstance(spec, MixedSpec) else spec
    return threshold if isinstance(asked, SaliencyMaskSpec) and asked.gated else -np.inf


def called_slices(scores: pd.DataFrame, roles: Roles, threshold: float) -> NDArray[np.bool_]:
    """By label where training may use it, by the classifier for a test subject and where the label is unknown.

    Args:
        scores: scores of one scan: columns subject, slice, class, label (1, 0, -1 unknown), score.
        roles: who takes which part; a subject without a role has no slice called.
        threshold: score of class ``any`` from which a slice is called bleeding.

    Returns:
        (n,) bool, slices from foot to head.
    """
    own = scores[scores["class"] == "any"].sort_values("slice")
    role, label = roles.of(own["subject"]), own["label"].to_numpy()
    by_score = own["score"].to_numpy() >= threshold
    label_may_be_used = (role != "test") & (label >= 0)
    return np.asarray(np.where(label_may_be_used, label == 1, by_score) & (role != ""))

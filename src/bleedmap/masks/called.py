"""Which slices may hold a bleed, and so get a mask from saliency; and which classes each may hold."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.masks import AnyMask, MixedSpec, SaliencyMaskSpec, SubtypesSpec
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
    return _called(scores, roles, "any", threshold, label_tells=False)


def told_classes(
    spec: AnyMask, scores: pd.DataFrame, roles: Roles, thresholds: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Which classes each slice may hold, each by its own label or score as ``called_slices`` has it for ``any``.

    Args:
        spec: whether there is a gate, and whether labels of test subjects tell.
        scores: as for ``called_slices``.
        roles: the same.
        thresholds: score from which a slice has a class, by class, in the order of the result.

    Returns:
        (n, K) bool, slices from foot to head.
    """
    label_tells = isinstance(spec, SubtypesSpec) and spec.told_by == "labels"
    told = [
        _called(scores, roles, name, gate(spec, threshold), label_tells=label_tells)
        for name, threshold in thresholds.items()
    ]
    return np.stack(told, axis=1)


def holds_subtype(told: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) bool, which slices may hold any subtype, from (n, K) with ``any`` first."""
    return np.asarray(told[:, 1:].any(axis=1))


def _called(
    scores: pd.DataFrame, roles: Roles, class_name: str, threshold: float, *, label_tells: bool
) -> NDArray[np.bool_]:
    own = scores[scores["class"] == class_name].sort_values("slice")
    role, label = roles.of(own["subject"]), own["label"].to_numpy()
    # a table's digits tell single precision apart, as which the operating point was one of the scores
    by_score = own["score"].to_numpy(dtype=np.float32) >= threshold
    label_may_be_used = ((role != "test") | label_tells) & (label >= 0)
    return np.asarray(np.where(label_may_be_used, label == 1, by_score) & (role != ""))

"""Phases of a training that followed each other, as one training."""

from collections.abc import Mapping

import pandas as pd
from torch import Tensor

from bleedmap.training.engine import Trained


def join_phases(phases: Mapping[str, Trained], weights: Mapping[str, Tensor]) -> Trained:
    """Their epochs are counted on, and of several phases a column says which it was.

    Args:
        phases: name and result of each, in order.
        weights: those that are kept in the end.
    """
    if len(phases) == 1:
        (only,) = phases.values()
        return Trained(weights=dict(weights), history=only.history, best_epoch=only.best_epoch)
    histories, before = [], 0
    for name, trained in phases.items():
        best_epoch = before + trained.best_epoch
        histories.append(trained.history.assign(epoch=trained.history["epoch"] + before, phase=name))
        before += len(trained.history)
    return Trained(weights=dict(weights), history=pd.concat(histories, ignore_index=True), best_epoch=best_epoch)

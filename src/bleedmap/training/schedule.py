"""Optimisers and learning-rate schedules by their config names."""

import math

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from bleedmap.config.training import TrainingSpec

WARM_UP_SHARE = 0.05


def build_optimizer(model: nn.Module, spec: TrainingSpec) -> Optimizer:
    """Optimiser over all parameters."""
    rate, decay = spec.learning_rate, spec.weight_decay
    if spec.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), lr=rate, weight_decay=decay, momentum=0.9)
    if spec.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=rate, weight_decay=decay)
    return torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)


def build_schedule(optimizer: Optimizer, spec: TrainingSpec, steps: int) -> LambdaLR:
    """Factor on the learning rate, called once a step.

    Args:
        optimizer: what to steer.
        spec: name of the schedule.
        steps: steps of the whole training.
    """

    def factor(step: int) -> float:
        if spec.schedule == "constant":
            return 1.0
        warm = max(1, round(WARM_UP_SHARE * steps))
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, steps - warm))))

    return LambdaLR(optimizer, factor)

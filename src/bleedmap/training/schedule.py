"""Optimisers and learning-rate schedules by their config names."""

import math

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from bleedmap.config.training import TrainingSpec


def build_optimizer(model: nn.Module, spec: TrainingSpec) -> Optimizer:
    """Optimiser over all parameters that are to be trained."""
    rate, decay = spec.learning_rate, spec.weight_decay
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if spec.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=rate, weight_decay=decay, momentum=0.9)
    if spec.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=rate, weight_decay=decay)
    return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay)


def build_schedule(optimizer: Optimizer, spec: TrainingSpec, steps: int) -> LambdaLR:
    """Factor on the learning rate, called once a step.

    Args:
        optimizer: what to steer.
        spec: name of the schedule, and epochs of the whole training.
        steps: training batches of an epoch.
    """
    total = spec.epochs * steps
    warm = max(1, round(spec.warm_up * total)) if spec.warm_up and spec.schedule != "constant" else 0

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        if spec.schedule == "step":
            return spec.step_factor ** sum(step >= epoch * steps for epoch in spec.step_epochs)
        done = min(1.0, (step - warm) / max(1, total - warm))
        if spec.schedule == "poly":
            return float((1 - done) ** spec.poly_power)
        if spec.schedule == "cosine":
            return 0.5 * (1 + math.cos(math.pi * done))
        return 1.0

    return LambdaLR(optimizer, factor)

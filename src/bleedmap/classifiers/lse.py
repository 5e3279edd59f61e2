"""Log-sum-exp pooling, Pinheiro form: ``log(mean(exp(r x))) / r`` (spec 4.4; paper 003)."""

import math

import torch
from torch import Tensor

from bleedmap.config.classifiers import LseHead


def pool(spec: LseHead, evidence: Tensor) -> Tensor:
    """(B, H, W) evidence to (B,); tends to the mean as r goes to 0 and to the maximum as r grows."""
    cells = evidence.shape[1] * evidence.shape[2]
    return (torch.logsumexp(spec.r * evidence.flatten(1), dim=1) - math.log(cells)) / spec.r

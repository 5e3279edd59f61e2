"""The losses of a batch, and their gradients, as each of several processes that have a part of it sees them."""

from functools import partial

import torch

from bleedmap.losses.build import build_loss
from bleedmap.training.processes import in_processes
from bleedmap.training.together import count, rank
from tests.losses.members import LOSSES, hide, targets_of, truth_of, wrap

ALL, UNEVEN = "all is known", "one process knows nothing, the other a part"


def batch(spec, case):
    """Logits and targets of three samples: the first process has two of them, the second one."""
    targets = {name: target[:3] for name, target in targets_of(spec).items()}
    shape = truth_of(spec, targets).shape
    generator = torch.Generator().manual_seed(1)
    logits, unknown = torch.randn(shape, generator=generator) * 3, torch.rand(shape, generator=generator) < 0.4
    unknown[1] = True
    return logits, hide(spec, targets, unknown) if case == UNEVEN else targets


def value_and_gradient(spec, case, part=slice(None)):
    """Loss of a batch, and what it tells the logits of a part."""
    logits, targets = batch(spec, case)
    mine = logits[part].clone().requires_grad_()
    value = build_loss(spec)(wrap(spec, mine), {name: target[part] for name, target in targets.items()})
    return value.detach(), torch.autograd.grad(value, mine)[0]


def write(folder):
    """What two processes find, a file each."""
    torch.set_num_threads(1)
    in_processes(partial(_write_mine, folder), 2)


def _write_mine(folder):
    part = slice(rank(), None, count())
    found = {
        (name, case): value_and_gradient(spec, case, part) for name, spec in LOSSES.items() for case in (ALL, UNEVEN)
    }
    torch.save(found, folder / f"{rank()}.pt")

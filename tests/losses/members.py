"""Every loss, with targets of which all is known and outputs of the kind it reads."""

from types import SimpleNamespace

import torch

from bleedmap.config.losses import AnyLoss, DiceBceSpec, SeedingSpec
from tests.members import members, names

SPECS = members(AnyLoss)
LOSSES = dict(zip(names(SPECS), SPECS, strict=True))
LOSSES["dice_bce, both classes"] = DiceBceSpec(background=True)
LOSSES["seeding, seeds alone"] = SeedingSpec(cross_entropy=False)


def targets_of(spec):
    """Targets that the loss reads, all known."""
    rng = torch.Generator().manual_seed(0)
    known = {
        "labels": torch.randint(0, 2, (4, 3), generator=rng).float(),
        "masks": torch.randint(0, 2, (4, 2, 6, 6), generator=rng).to(torch.uint8) * 3,
    }
    known["seeds"] = known["masks"]
    return {name: known[name] for name in spec.READS}


def wrap(spec, logits):
    """Logits as the loss expects them of a network."""
    if spec.method == "dice_ce":
        # a voxel is of subtype 3 or background
        return torch.stack(
            [logits if number == 3 else torch.zeros_like(logits) - 50 * (number > 0) for number in range(6)], 1
        )
    if spec.method == "levels":
        # maps that agree, each as fine as two of the next one
        maps = [logits[..., None, None].expand(*logits.shape, size, size) for size in (8, 4, 2, 1)]
        deeper = tuple(SimpleNamespace(logits=logits, maps=each) for each in maps[1:])
        return SimpleNamespace(logits=logits, maps=maps[0], deeper=deeper)
    return SimpleNamespace(logits=logits) if "labels" in spec.READS else logits


def truth_of(spec, targets):
    """1 or 0 for every logit."""
    return (targets[spec.READS[0]] > 0).float()


def hide(spec, targets, where):
    """The same targets, unknown where asked."""
    return {name: targets[name].masked_fill(where, torch.nan if name == "labels" else 255) for name in spec.READS}

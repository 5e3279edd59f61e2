"""Mixed supervision: the drawn masks of a few subjects, masks from saliency of all others."""

import hashlib
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bleedmap.components import load
from bleedmap.config.masks import MixedSpec
from bleedmap.masks.mask_slices import Masks, MaskSlices
from bleedmap.splits.roles import Roles

LEARNT_FROM = ("train", "validation")


def make_masks(spec: MixedSpec, slices: MaskSlices, classifier: object) -> Masks:
    """The masks of ``otherwise``; a scan whose drawn masks are to be seen gets those by ``with_drawn``."""
    return cast("Masks", load(spec.otherwise).make_masks(spec.otherwise, slices, classifier))


def drawn_subjects(spec: MixedSpec, roles: Roles) -> frozenset[str]:
    """Subjects whose drawn masks are to be seen: a share of those who train, and the same of those who validate.

    They are the first by a keyed hash of their names, so that those of a smaller share are among those of a larger one
    and hold whatever the data set's other subjects are. Nobody who is tested is among them.

    Args:
        spec: share and key.
        roles: of the fold.
    """
    chosen: list[str] = []
    for role in LEARNT_FROM:
        names = [name for name, own in roles.by_subject.items() if own == role]
        ranked = sorted(names, key=lambda name: hashlib.sha256(f"drawn {spec.seed} {name}".encode()).digest())
        chosen += ranked[: int(spec.drawn * len(names) + 0.5)]
    return frozenset(chosen)


def with_drawn(made: Masks, slices: MaskSlices) -> Masks:
    """Masks of a scan with the truth in the place of those slices that somebody drew.

    Args:
        made: masks of all slices of the scan.
        slices: the same slices, with truth.
    """
    truth = (cast("NDArray[np.uint8]", slices.truth) > 0).astype(np.uint8)
    drawn = cast("NDArray[np.bool_]", slices.drawn)[:, None, None]

    def mixed(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.where(drawn, truth, labels)

    return replace(made, labels=mixed(made.labels), seeds=None if made.seeds is None else mixed(made.seeds))

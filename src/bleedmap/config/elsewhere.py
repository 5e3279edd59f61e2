"""A network that learnt on another split than the one where it is used: on other patients, and in one fold?"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bleedmap.config.workflow import Config


def check_learnt_elsewhere(use: str, network: str, learnt: str, split: str, parts: "Config") -> None:
    """See that a network may be used on a split.

    Args:
        use: who uses it and how, such as ``methods.cam is scored on``.
        network: its place in the config.
        learnt: split that it learns on.
        split: split that it is used on.
        parts: the whole config.

    Raises:
        ValueError: patients that it learns from may be tested, or it is open which of its folds is meant.
    """
    if learnt == split:
        return
    spec = parts.splits[learnt]
    if _same_patients(spec.dataset or learnt, parts.splits[split].dataset or split, parts):
        msg = (
            f"{use} split {split!r}, but {network} learns on {learnt!r} of the same data, whose training patients may "
            "be tested there; let both be the same split"
        )
        raise ValueError(msg)
    if len(set(spec.run or range(spec.folds))) > 1:
        msg = (
            f"{use} split {split!r}, but {network} learns in several folds of {learnt!r}, and it is open which of them "
            f"is meant; give splits.{learnt} one fold, or run: [0]"
        )
        raise ValueError(msg)


def _same_patients(one: str, other: str, parts: "Config") -> bool:
    """Whether two data sets are one, or read the same folder."""
    roots = [getattr(parts.datasets[name], "root", None) for name in (one, other)]
    return one == other or (roots[0] is not None and roots[0] == roots[1])

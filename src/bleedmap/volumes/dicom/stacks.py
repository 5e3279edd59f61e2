"""Stacks of slices in one series, told apart: slices of two reconstructions or scans make no volume together."""

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bleedmap.volumes.dicom.groups import SAME_POSITION_MM, by_height, heights
from bleedmap.volumes.dicom.refusals import refusal
from bleedmap.volumes.dicom.slice import Slice

MOST_REPEATS = 2  # a head scanned again because it moved; beyond, acquisitions are phases of perfusion
SAME_GAP_MM = 0.1
NO_HOLE = 1.5  # times the middle gap of a stack, up to which no slice is missing
LEAST_BETWEEN = 2  # slices of either stack between those of the other; fewer are a seam
LEAST_IN_ORDER = 12  # slices; fewer may be numbered as two stacks would be by chance
MOSTLY = 0.75
OVERLAP = 0.75  # of the thickness; slices that are nearer to each other show the same tissue
LONGEST_PATTERN = 10  # slices

Heights = NDArray[np.float64]


class Clue(NamedTuple):
    """What can tell two stacks apart.

    Args:
        value: of a slice; stacks come in its order.
        is_look: whether slices that differ in it look different, and never are one stack in turns.
        is_order: whether it tells no more than when a slice came, so that every slice has a value of its own.
        of_repeats: whether it may also tell apart slices at one position.
    """

    value: Callable[[Slice], str | float]
    is_look: bool = False
    is_order: bool = False
    of_repeats: bool = False


CLUES = (
    Clue(lambda each: each.kernel, is_look=True, of_repeats=True),
    Clue(lambda each: each.contrast, is_look=True, of_repeats=True),
    Clue(lambda each: each.image_type, is_look=True),
    Clue(lambda each: _known(round(each.thickness, 2)), of_repeats=True),
    Clue(lambda each: _known(each.acquisition), of_repeats=True),
    Clue(lambda each: each.acquired, is_order=True),
    Clue(lambda each: _known(each.instance), is_order=True),
)


def split_stacks(slices: list[Slice]) -> list[list[Slice]]:
    """Volumes of a group whose positions repeat or lie between each other, the largest first.

    Stacks are told apart by reconstruction kernel, echo time and b value of an MR, kind of image, thickness,
    acquisition, time and number. Parts of one scan that lie above each other, whatever their kernel, thickness or
    acquisition, stay one volume.

    Raises:
        ScanError: ``several-phases`` or ``duplicate-slices`` where nothing tells repeated slices apart,
            ``interleaved-stacks`` where only the gaps do.
    """
    parts = [slices]
    for clue in CLUES:
        parts = [stack for part in parts for stack in _told_apart(part, clue)]
    repeats = Counter(
        (part[0].kernel, part[0].contrast, tuple(np.round(heights(by_height(part)), 1))) for part in parts
    )
    if any(_repeats(heights(part)) for part in parts) or max(repeats.values()) > MOST_REPEATS:
        raise refusal("several-phases" if len(set(_run_lengths(heights(slices)))) == 1 else "duplicate-slices")
    if any(_has_pattern(heights(part), _thickness(part)) for part in parts):
        raise refusal("interleaved-stacks")
    return sorted(parts, key=len, reverse=True)


def _told_apart(slices: list[Slice], clue: Clue) -> list[list[Slice]]:
    """Stacks that a clue tells apart: as one goes through its values, a new one starts where the last is met again."""
    along = heights(slices)
    repeats = _repeats(along)
    groups: dict[str | float, list[int]] = {}
    for index, each in enumerate(slices):
        groups.setdefault(clue.value(each), []).append(index)
    in_turns = not clue.is_look and _is_scanned_in_turns(along, _thickness(slices))
    if len(groups) == 1 or (not clue.of_repeats if repeats else in_turns):
        return [slices]
    stacks: list[list[list[int]]] = []
    last: list[int] = []
    for value in sorted(groups):
        group = groups[value]
        if not last or _between(along[group], along[last]):
            stacks.append([group])
            last = [*group]
        else:
            stacks[-1].append(group)
            last += group
    if not _are_several([[along[group] for group in stack] for stack in stacks], clue):
        return [slices]
    return [[slices[index] for group in stack for index in group] for stack in stacks]


def _are_several(stacks: list[list[Heights]], clue: Clue) -> bool:
    """Whether candidates are stacks indeed: some lie between each other, and each was scanned one way."""
    whole = [np.concatenate(stack) for stack in stacks]
    pairs = list(combinations(whole, 2))
    if any(_repeats(np.concatenate(pair)) for pair in pairs):
        return True
    if not any(min(_between(one, other), _between(other, one)) >= LEAST_BETWEEN for one, other in pairs):
        return False
    if clue.is_order and (sum(map(len, whole)) < LEAST_IN_ORDER or not all(map(_is_steady, whole))):
        return False
    return clue.is_look or all(map(_goes_one_way, stacks))


def _known(value: float) -> float:
    """A number to sort by, also where there is none."""
    return -1.0 if np.isnan(value) else value


def _thickness(slices: list[Slice]) -> float:
    return _middle(np.array([each.thickness for each in slices]))


def _run_lengths(along: Heights) -> list[int]:
    """How many slices there are at each position."""
    starts = np.flatnonzero(np.diff(np.sort(along), prepend=-np.inf) >= SAME_POSITION_MM)
    return [int(length) for length in np.diff(starts, append=len(along))]


def _repeats(along: Heights) -> bool:
    return len(_run_lengths(along)) < len(along)


def _between(these: Heights, those: Heights) -> int:
    """How many of these slices lie at one of those, or between two where none of those is missing."""
    ordered = np.sort(those)
    near = np.abs(ordered[:, None] - these).min(axis=0) < SAME_POSITION_MM
    if len(ordered) == 1:
        return int(near.sum())
    gaps = np.diff(ordered)
    below = np.searchsorted(ordered, these) - 1
    inside = (below >= 0) & (below < len(gaps))
    whole = gaps[np.clip(below, 0, len(gaps) - 1)] <= NO_HOLE * _middle(gaps)
    return int((near | (inside & whole)).sum())


def _is_steady(along: Heights) -> bool:
    """Whether gaps hardly ever change, as in a stack and not in slices picked at random."""
    changes = np.abs(np.diff(np.sort(along), 2)) > SAME_GAP_MM
    return int(changes.sum()) <= max(2, len(along) // 4)


def _goes_one_way(groups: list[Heights]) -> bool:
    """Whether a stack was scanned up or down, group by group, and is not numbered at random."""
    steps = np.diff([group.mean() for group in groups])
    return bool((steps > 0).all() or (steps < 0).all())


def _is_scanned_in_turns(along: Heights, thickness: float) -> bool:
    """Whether slices are even and side by side, such as odd ones acquired before even ones; two stacks overlap."""
    gaps = np.diff(np.sort(along))
    return _is_mostly_even(gaps) and _middle(gaps) >= OVERLAP * thickness


def _has_pattern(along: Heights, thickness: float) -> bool:
    """Whether uneven gaps repeat themselves and slices may overlap, as those of two even stacks in one do."""
    ordered = np.sort(along)
    gaps = np.diff(ordered)
    if _is_mostly_even(gaps) or (gaps.size and gaps.min() >= OVERLAP * thickness):
        return False
    lags = range(2, min(LONGEST_PATTERN, len(ordered) - 2 * LEAST_BETWEEN) + 1)
    return any(_is_mostly_even(ordered[lag:] - ordered[:-lag]) for lag in lags)


def _is_mostly_even(steps: NDArray[np.float64]) -> bool:
    return len(steps) > 0 and bool(np.mean(np.abs(steps - _middle(steps)) <= SAME_GAP_MM) >= MOSTLY)


def _middle(values: NDArray[np.float64]) -> float:
    return float(np.quantile(values, 0.5, method="lower"))

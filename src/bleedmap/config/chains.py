"""Classifiers that go on from another one's weights: is there such a one, whose patients nobody tests, and an end?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.elsewhere import check_learnt_elsewhere
from bleedmap.config.names import nearest

if TYPE_CHECKING:
    from bleedmap.config.workflow import Config


def check_chains(parts: "Config") -> None:
    """See that every ``init_from`` can be followed to a classifier that starts from nothing.

    Raises:
        ValueError: one sentence on the first that cannot.
    """
    classifiers = parts.classifiers
    for name, spec in classifiers.items():
        if spec.init_from is None:
            continue
        if spec.init_from not in classifiers:
            others = [other for other in classifiers if other != name]
            msg = f"classifiers.{name}.init_from: no {spec.init_from!r} under classifiers; "
            raise ValueError(msg + nearest(spec.init_from, others))
        before = classifiers[spec.init_from]
        if before.labels != spec.labels:
            msg = (
                f"classifiers.{name} goes on from {spec.init_from!r}, but learns from labels of a {spec.labels} and "
                f"that one from those of a {before.labels}; give both the same labels"
            )
            raise ValueError(msg)
        place = f"classifiers.{name} learns on"
        check_learnt_elsewhere(place, f"classifiers.{spec.init_from}", str(before.learns), str(spec.learns), parts)
    for name in classifiers:
        chain(name, classifiers)


def chain(name: str, classifiers: Mapping[str, ClassifierSpec]) -> list[str]:
    """A classifier and those that it goes on from, the first to be trained last.

    Raises:
        ValueError: they go round in a circle.
    """
    names = [name]
    while (before := classifiers[names[-1]].init_from) is not None:
        if before in names:
            circle = " -> ".join([*names, before])
            msg = f"classifiers.{name}.init_from: {circle} goes round in a circle; end it with null"
            raise ValueError(msg)
        names.append(before)
    return names

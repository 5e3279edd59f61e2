"""Classifiers that go on from another one's weights: is there such a one, on the same split, and an end?"""

from collections.abc import Mapping

from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.names import nearest


def check_chains(classifiers: Mapping[str, ClassifierSpec]) -> None:
    """See that every ``init_from`` can be followed to a classifier that starts from nothing.

    Raises:
        ValueError: one sentence on the first that cannot.
    """
    for name, spec in classifiers.items():
        if spec.init_from is None:
            continue
        if spec.init_from not in classifiers:
            others = [other for other in classifiers if other != name]
            msg = f"classifiers.{name}.init_from: no {spec.init_from!r} under classifiers; "
            raise ValueError(msg + nearest(spec.init_from, others))
        before = classifiers[spec.init_from]
        if before.learns != spec.learns:
            msg = (
                f"classifiers.{name} goes on from {spec.init_from!r}, but learns on split {spec.learns!r} and that one "
                f"on {before.learns!r}; give both the same split"
            )
            raise ValueError(msg)
        if before.labels != spec.labels:
            msg = (
                f"classifiers.{name} goes on from {spec.init_from!r}, but learns from labels of a {spec.labels} and "
                f"that one from those of a {before.labels}; give both the same labels"
            )
            raise ValueError(msg)
    for name in classifiers:
        _check_end(name, classifiers)


def _check_end(name: str, classifiers: Mapping[str, ClassifierSpec]) -> None:
    chain = [name]
    while (before := classifiers[chain[-1]].init_from) is not None:
        if before in chain:
            circle = " -> ".join([*chain, before])
            msg = f"classifiers.{name}.init_from: {circle} goes round in a circle; end it with null"
            raise ValueError(msg)
        chain.append(before)

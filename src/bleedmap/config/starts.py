"""Classifiers that go on from another one's weights: does that one exist, does it fit, does the chain end?"""

from collections.abc import Mapping

from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.names import nearest

SAME = ("backbone", "stride", "windows")


def check_starts(classifiers: Mapping[str, ClassifierSpec]) -> None:
    """See that every ``start`` can be followed to a classifier that starts from nothing.

    Raises:
        ValueError: one sentence on the first that cannot.
    """
    for name, spec in classifiers.items():
        if spec.start is None:
            continue
        if spec.start not in classifiers:
            others = [other for other in classifiers if other != name]
            msg = f"classifiers.{name}.start: no {spec.start!r} under classifiers; {nearest(spec.start, others)}"
            raise ValueError(msg)
        for key in SAME:
            if getattr(spec, key) != getattr(classifiers[spec.start], key):
                msg = (
                    f"classifiers.{name} starts from {spec.start!r} with another {key}, so its weights do not fit; "
                    f"give both the same {key}"
                )
                raise ValueError(msg)
    for name in classifiers:
        _check_end(name, classifiers)


def _check_end(name: str, classifiers: Mapping[str, ClassifierSpec]) -> None:
    chain = [name]
    while (before := classifiers[chain[-1]].start) is not None:
        if before in chain:
            msg = f"classifiers.{name}.start: {' -> '.join([*chain, before])} goes round in a circle; end it with null"
            raise ValueError(msg)
        chain.append(before)

"""Which split a network learns on and a row is scored on, as the checked config says; plans ask this."""

from bleedmap.config.splits import SplitSpec
from bleedmap.config.workflow import Config


def dataset_of(config: Config, split: str) -> str:
    """Name of the data set whose subjects a split deals out."""
    return config.splits[split].dataset or split


def folds_to_run(spec: SplitSpec) -> tuple[int, ...]:
    """Folds to run, in order."""
    return tuple(range(spec.folds)) if spec.run is None else tuple(sorted(set(spec.run)))


def learns(config: Config, family: str, name: str) -> str:
    """Split that a network learns on.

    Args:
        config: the checked config, in which it is filled in.
        family: ``classifiers`` or ``segmenters``.
        name: of the network.
    """
    return str(getattr(config, family)[name].learns)


def chain(config: Config, classifier: str) -> list[str]:
    """A classifier and those that it goes on from, the first to be trained last."""
    names = [classifier]
    while (before := config.classifiers[names[-1]].init_from) is not None:
        names.append(before)
    return names


def scored(config: Config, row: str) -> tuple[str, ...]:
    """Splits that a row is scored on, in the order of the config."""
    return config.methods[row].scored or ()


def fold_of(config: Config, learnt_split: str, scored_split: str, fold: int) -> int:
    """Fold of the networks that are scored in a fold: the same, or of another split the only one that is run.

    Args:
        config: the checked config; it refuses rows for which another split runs several.
        learnt_split: split that the network learns on.
        scored_split: split whose subjects it is applied to.
        fold: fold of that split.
    """
    return fold if learnt_split == scored_split else folds_to_run(config.splits[learnt_split])[0]


def comparison_pairs(config: Config) -> tuple[tuple[str, str], ...]:
    """Methods to test against each other, the later row first: as configured, or each against the one before it."""
    if config.comparisons is not None:
        return config.comparisons
    rows = list(config.methods)
    pairs = zip(rows[1:], rows, strict=False)
    tested = {row: {dataset_of(config, split) for split in scored(config, row)} for row in rows}
    return tuple(pair for pair in pairs if tested[pair[0]] & tested[pair[1]])

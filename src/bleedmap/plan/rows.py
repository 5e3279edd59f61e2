"""Rows of the leaderboard as names in the results tree: every network and fold behind a row in one fold."""

from collections.abc import Iterator

from bleedmap.config.names import NONE
from bleedmap.config.workflow import Config
from bleedmap.splits.choices import dataset_of, fold_of, folds_to_run, learns, scored

RowNames = dict[str, str]


def scored_folds(config: Config, row: str) -> Iterator[tuple[str, int]]:
    """(split, fold) pairs that a row is scored in."""
    for split in scored(config, row):
        for fold in folds_to_run(config.splits[split]):
            yield split, fold


def row_names(config: Config, row: str, split: str, fold: int) -> RowNames:
    """Values of all wildcards of a row's files in one fold that it is scored in.

    Args:
        config: the checked config.
        row: name under ``methods``.
        split: split that the row is scored on.
        fold: its fold.

    Returns:
        ``classifier, saliency, mask, detector, segmenter`` (``none`` where the row leaves a step out), ``split, fold,
        dataset`` of the subjects that are scored, ``taught, taught_fold`` that the segmenter learns on, and
        ``learnt, learnt_fold`` that the classifier learns on.
    """
    method = config.methods[row]
    taught, taught_fold = split, fold
    if method.segmenter != NONE:
        taught = learns(config, "segmenters", method.segmenter)
        taught_fold = fold_of(config, taught, split, fold)
    learnt, learnt_fold = taught, taught_fold
    if method.classifier != NONE:
        learnt = learns(config, "classifiers", method.classifier)
        scored_on, in_fold = (split, fold) if learnt == split else (taught, taught_fold)
        learnt_fold = fold_of(config, learnt, scored_on, in_fold)
    return {
        "classifier": method.classifier,
        "saliency": method.saliency,
        "mask": method.mask,
        "detector": method.detector,
        "segmenter": method.segmenter,
        "dataset": dataset_of(config, split),
        "split": split,
        "fold": str(fold),
        "taught": taught,
        "taught_fold": str(taught_fold),
        "learnt": learnt,
        "learnt_fold": str(learnt_fold),
    }


def as_taught(config: Config, names: RowNames) -> RowNames:
    """The same row's names for the masks that its segmenter learns from."""
    return {
        **names,
        "split": names["taught"],
        "fold": names["taught_fold"],
        "dataset": dataset_of(config, names["taught"]),
    }

"""A row of a finished run as a bundle in memory."""

from pathlib import Path

from bleedmap.bundle.manifest import Bundle, bundle_of
from bleedmap.bundle.row import RowFiles, row_parts
from bleedmap.config.workflow import Config
from bleedmap.plan.bundle_row import bundle_files, bundle_settings, chosen_folds


def bundle_of_run(config: Config, row: str, split: str | None = None, fold: int | None = None) -> Bundle:
    """The bundle of a row in one fold, from the results tree.

    Args:
        config: the config that the results were made with.
        row: name of the method.
        split: split that the row was scored on; None: its first.
        fold: which fold's networks to use; None: the first that was run.

    Raises:
        ConfigError: no such method or fold, it ends in points or needs labels, or its networks are not there.
        BundleError: networks, chosen values and config do not belong together, or a weight is not finite.
    """
    chosen_split, chosen_fold = chosen_folds(config, row, split, fold)
    settings = bundle_settings(config, row, chosen_split, [chosen_fold])
    files = bundle_files(config, row, chosen_split, [chosen_fold])
    return bundle_of(row_parts(settings, RowFiles(**{name: list(map(Path, own)) for name, own in files.items()})))

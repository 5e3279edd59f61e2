"""A row of a finished run as a bundle in memory."""

from collections.abc import Mapping
from pathlib import Path

from bleedmap.bundle.manifest import Bundle, bundle_of
from bleedmap.bundle.row import RowFiles, row_parts
from bleedmap.bundle.settings import CALIBRATION, STATISTICS
from bleedmap.bundle.store import read_bundle
from bleedmap.config.workflow import Config
from bleedmap.errors import BundleError
from bleedmap.paths import Paths
from bleedmap.plan.bundle_row import bundle_files, bundle_settings, chosen_folds


def bundle_of_run(config: Config, row: str, split: str | None = None, fold: int | None = None) -> Bundle:
    """The bundle of a row in one fold, from the results tree.

    Ranges of the training scans and calibration take minutes to make, so they are taken from the bundle that the
    workflow has made of this row and fold. Where it has made none, every scan is flagged ``training-unknown``.

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
    parts = row_parts(settings, RowFiles(**{name: list(map(Path, own)) for name, own in files.items()}))
    made = Paths(config.results).bundle.format(method=row, split=chosen_split, member=f"fold-{chosen_fold}")
    return bundle_of(parts | _known(Path(made), parts))


def _known(made: Path, parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Ranges and calibration from the bundle that the workflow made of the same parts; none where it has made none."""
    if not made.is_file():
        return {}
    try:
        theirs = read_bundle(made).parts
    except BundleError:
        return {}
    if any(theirs.get(name) != content for name, content in parts.items()):
        return {}
    return {name: theirs[name] for name in (STATISTICS, CALIBRATION) if name in theirs}

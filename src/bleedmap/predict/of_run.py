"""A row of a finished run as a bundle in memory."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import torch

from bleedmap.bundle.about_spec import AboutSpec
from bleedmap.bundle.manifest import Bundle, bundle_of
from bleedmap.bundle.row import RowFiles, row_parts
from bleedmap.bundle.settings import CALIBRATION, STATISTICS
from bleedmap.bundle.store import read_bundle
from bleedmap.config.workflow import Config
from bleedmap.console import say
from bleedmap.errors import BundleError, ReadError, TableError
from bleedmap.paths import Paths
from bleedmap.plan.bundle_row import bundle_files, bundle_settings, chosen_folds
from bleedmap.plan.bundles import BundlePlan
from bleedmap.plan.core import Plan
from bleedmap.predict.familiar.training_statistics import UNKNOWN
from bleedmap.predict.known_parts import LearntFrom, known_parts


def bundle_of_run(config: Config, row: str, split: str | None = None, fold: int | None = None) -> Bundle:
    """The bundle of a row in one fold, from the results tree.

    Ranges of the training scans and calibration are those of the bundle that the workflow has made of this row and
    fold. Where it has made none, they are measured anew from the run's own scans, which takes from seconds to many
    minutes. Where these are gone, every scan is flagged ``training-unknown``.

    Args:
        config: the config that the results were made with.
        row: name of the method.
        split: split that the row was scored on; None: its first.
        fold: which fold's networks to use; None: the first that was run.

    Raises:
        ConfigError: no such method or fold, it ends in points or needs labels, or its networks are not there.
        BundleError: networks, chosen values and config do not belong together, or a weight is not finite.
        TableError: a table of the run cannot be read.
        ReadError: a file of the run cannot be read now.
    """
    chosen_split, chosen_fold = chosen_folds(config, row, split, fold)
    settings = bundle_settings(config, row, chosen_split, [chosen_fold])
    files = bundle_files(config, row, chosen_split, [chosen_fold])
    row_files = RowFiles(**{name: list(map(Path, own)) for name, own in files.items()})
    parts = row_parts(settings, row_files)
    made = {"method": row, "split": chosen_split, "member": f"fold-{chosen_fold}"}
    place = Path(Paths(config.results).bundle.format(**made))
    return bundle_of(parts | (_of_bundle(place, parts) or _of_scans(config, made, row_files, place)))


def _of_bundle(place: Path, parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Ranges and calibration from the bundle that the workflow made of the same parts; none where it has made none."""
    if not place.is_file():
        return {}
    try:
        theirs = read_bundle(place).parts
    except BundleError:
        return {}
    if any(theirs.get(name) != content for name, content in parts.items()):
        return {}
    return {name: theirs[name] for name in (STATISTICS, CALIBRATION) if name in theirs}


def _of_scans(config: Config, made: Mapping[str, str], row: RowFiles, place: Path) -> dict[str, bytes]:
    """Ranges and calibration measured from the run's own scans; none where these are not all there."""
    plan = BundlePlan(Plan(config, Path()))
    about = AboutSpec.from_json(plan.about(made))
    if not about.mask_makers():
        return {}
    keeps = f"the workflow keeps ranges and calibration in a bundle: snakemake --cores all {place}"
    needs = [each.name for each in fields(LearntFrom)]
    try:
        inputs = {name: [Path(file) for file in files] for name, files in plan.inputs(made).items()}
        is_there = all(file.is_file() for name in ("splits", *needs) for file in inputs.get(name, []))
    except (TableError, ReadError):  # the data set that the run was made of cannot be listed any more
        is_there = False
    if not is_there:
        say(f"what {made['method']} learnt on is not there any more: every scan is flagged {UNKNOWN}; {keeps}")
        return {}
    say(f"measuring the scans that {made['method']} learnt on; {keeps}")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the rule has it: another number rounds otherwise, and the digest tells
    try:
        learnt = LearntFrom(**{name: inputs.get(name, []) for name in needs})
        return known_parts(about, inputs["splits"], row, learnt)
    finally:
        torch.set_num_threads(threads)

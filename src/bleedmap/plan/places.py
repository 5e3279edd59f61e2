"""Whether a run can work where it stands and write where it is told to, asked before any job."""

import os
from pathlib import Path

from bleedmap.errors import ConfigError


def check_places(house: Path, results: Path) -> None:
    """See that the checkout lies where jobs find it and that the results folder can be made.

    Args:
        house: folder of the checkout.
        results: the results folder, there or not.

    Raises:
        ConfigError: ``checkout-folder`` or ``results-folder``.
    """
    if set(str(house)) & {"{", "}", os.pathsep} or not str(house).isprintable():
        raise ConfigError(
            "checkout-folder",
            found=f"a brace, a {os.pathsep!r} or a sign that is not printed in the path of the checkout",
            expected="a path without them: Snakemake takes braces for wildcards, Python ends a path at the other",
            remedy="move the checkout",
        )
    place = next(each for each in (results.absolute(), *results.absolute().parents) if os.path.lexists(each))
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        raise ConfigError(
            "results-folder",
            found="a file, or a folder that may not be written, where the results folder is or should be made",
            expected="a folder that can be written",
            remedy="correct results, or the permissions of that folder",
        )


def refuse_prefix(given: bool) -> None:
    """See that a workflow which uses this one as a module moves no paths: results are looked for where the config says.

    Raises:
        ConfigError: ``module-prefix``.
    """
    if given:
        raise ConfigError(
            "module-prefix",
            found="prefix or replace_prefix in the module statement",
            expected="the config to say where results lie",
            remedy="leave it out and set results in the config that you hand over",
        )

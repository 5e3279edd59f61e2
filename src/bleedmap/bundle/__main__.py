"""Put a bundle in the place of the one that comes with the package: ``python -m bleedmap.bundle --bundle ZIP``."""

from pathlib import Path
from typing import Annotated

from bleedmap.bundle.packaged import install
from bleedmap.console import run


def main(
    bundle: Annotated[Path, "zip or folder of a bundle that learnt from no patient"],
    measured: Annotated[Path | None, "section of its card that a benchmark has written"] = None,
) -> None:
    """Install it."""
    install(bundle, section=None if measured is None else measured.read_text(encoding="utf-8"))


if __name__ == "__main__":
    run(main)

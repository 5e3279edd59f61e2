"""The bundle that comes with the package, trained on the phantom alone: used where none is named."""

from pathlib import Path

from bleedmap.errors import BundleError

FOLDER = Path(__file__).with_name("default")
LARGEST_BYTES = 5_000_000


def default_bundle() -> Path:
    """Its folder.

    Raises:
        BundleError: ``no-default``: this copy of the package comes without one.
    """
    if not FOLDER.is_dir():
        raise BundleError(
            "no-default",
            found="no bundle named, and none that comes with this copy of bleedmap",
            expected="--bundle PATH",
            remedy="name one, or make the default one in a checkout: make default-bundle",
        )
    return FOLDER

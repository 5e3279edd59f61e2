"""The bundle that comes with the package, trained on the phantom alone: used where none is named."""

import json
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


def install(bundle: Path, folder: Path = FOLDER, section: str | None = None) -> None:
    """Put a bundle in the place of the default one.

    Args:
        bundle: zip or folder.
        folder: where the default one lies.
        section: of its card, what was measured of it since it was made; None keeps the card as it is.

    Raises:
        BundleError: ``patients``: it has learnt from other data than the phantom; ``large-bundle``;
            ``other-measured``; or what is wrong with it.
    """
    from bleedmap.bundle.measured import with_measured  # noqa: PLC0415
    from bleedmap.bundle.settings import TRAINING  # noqa: PLC0415  plans ask for the folder alone, and load nothing
    from bleedmap.bundle.store import read_bundle, write_bundle  # noqa: PLC0415

    parts = read_bundle(bundle).parts
    datasets = json.loads(parts.get(TRAINING, b"{}")).get("datasets", {"unknown": {"kind": "unknown"}})
    if any(each["kind"] != "phantom" for each in datasets.values()):
        raise BundleError(
            "patients",
            found="a bundle that has learnt from other data than the phantom, or does not say from what",
            expected="one of the phantom alone: it comes with the package",
            remedy="name it with --bundle instead",
        )
    size = sum(len(content) for content in parts.values())
    if size > LARGEST_BYTES:
        raise BundleError(
            "large-bundle",
            found=f"{size / 1e6:.1f} MB",
            expected=f"at most {LARGEST_BYTES / 1e6:.0f} MB",
            remedy="take a row with smaller networks",
        )
    write_bundle(folder, parts if section is None else with_measured(parts, section))

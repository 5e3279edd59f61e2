"""The manifest of a bundle: its format, and every part by name, size and sha256; itself under a digest too."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bleedmap import __version__
from bleedmap.bundle.settings import SETTINGS, BundleSettings, read_settings
from bleedmap.errors import BundleError

MANIFEST = "manifest.json"
FORMAT = 1
KEY = "bleedmap-bundle"  # holds the format; what has no such key is no bundle
ANEW = "get the bundle anew, or make it again from its run"

Parts = Mapping[str, bytes]


@dataclass(frozen=True)
class Bundle:
    """A bundle whose parts are those that were written.

    Args:
        settings: the specs of its method.
        parts: content by name, without the manifest.
        digest: sha256 of the manifest, which names every part by its own: equal digests mean equal bundles.
    """

    settings: BundleSettings
    parts: Parts
    digest: str


def bundle_of(parts: Parts) -> Bundle:
    """A bundle in memory.

    Raises:
        BundleError: a part is missing, or one too many.
    """
    settings = read_settings(parts[SETTINGS])
    _check_names(set(parts), settings)
    return Bundle(settings, parts, str(json.loads(manifest_of(parts))["digest"]))


def manifest_of(parts: Parts) -> bytes:
    """The manifest of some parts: equal parts give equal bytes."""
    content = {
        KEY: FORMAT,
        "made_by": f"bleedmap {__version__}",
        "parts": {name: {"bytes": len(parts[name]), "sha256": _sha256(parts[name])} for name in sorted(parts)},
    }
    return _signed(content)


def read_manifest(data: bytes) -> dict[str, dict[str, Any]]:
    """Size and digest of every part, by name.

    Raises:
        BundleError: ``no-bundle``, ``newer-bundle``, ``changed-part``.
    """
    try:
        content = json.loads(data)
        version = content[KEY]
    except (ValueError, KeyError, TypeError):
        raise no_bundle() from None
    if not isinstance(version, int):
        raise no_bundle()
    if version > FORMAT:
        raise BundleError(
            "newer-bundle",
            found=f"a bundle of format {version}",
            expected=f"format {FORMAT} at most",
            remedy="install the version of bleedmap that made it, or a later one",
        )
    content.pop("digest", None)
    if _signed(content) != data:
        raise changed(MANIFEST)
    try:
        return {name: {"bytes": int(each["bytes"]), "sha256": str(each["sha256"])} for name, each in _items(content)}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise changed(MANIFEST) from None


def check_parts(manifest: bytes, parts: Parts) -> Bundle:
    """The bundle that a manifest and what was found beside it make.

    Raises:
        BundleError: ``changed-part``, ``missing-part``, ``extra-part``, or what ``read_manifest`` and
            ``read_settings`` raise.
    """
    listed = read_manifest(manifest)
    if missing := sorted(set(listed) - set(parts)):
        raise _missing(missing)
    if extra := set(parts) - set(listed):
        raise _extra(len(extra))
    for name, content in sorted(parts.items()):
        if _sha256(content) != listed[name]["sha256"]:
            raise changed(name)
    if SETTINGS not in parts:
        raise _missing([SETTINGS])
    settings = read_settings(parts[SETTINGS])
    _check_names(set(parts), settings)
    return Bundle(settings, parts, str(json.loads(manifest)["digest"]))


def no_bundle() -> BundleError:
    """The fault of a path that leads to something else."""
    return BundleError(
        "no-bundle",
        found="no bundle where one is named",
        expected=f"a folder or zip with a {MANIFEST} that the workflow's rule bundle has written",
        remedy="correct the path, or make a bundle: snakemake RESULTS/SPLIT/bundles/METHOD.fold-0.zip",
    )


def changed(name: str) -> BundleError:
    """The fault of a part that is not what was written."""
    return BundleError("changed-part", f"a {name} that is not the one of this bundle", "its parts as written", ANEW)


def _check_names(names: set[str], settings: BundleSettings) -> None:
    if missing := sorted(settings.needed() - names):
        raise _missing(missing)
    if extra := names - settings.allowed():
        raise _extra(len(extra))


def _missing(names: list[str]) -> BundleError:
    return BundleError("missing-part", f"a bundle without {', '.join(names)}", "all parts of its method", ANEW)


def _extra(count: int) -> BundleError:
    return BundleError(
        "extra-part",
        f"{count} files in a bundle that are none of its parts",
        "its parts alone",
        f"remove them, or {ANEW}",
    )


def _items(content: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    parts: dict[str, Any] = content["parts"]
    return parts.items()


def _signed(content: Mapping[str, Any]) -> bytes:
    digest = _sha256(_canonical(content))
    return _canonical({**content, "digest": digest})


def _canonical(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

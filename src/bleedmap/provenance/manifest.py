"""The JSON beside each model: from what, by what and with what it was made."""

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bleedmap import __version__
from bleedmap.provenance.atomic import write_text
from bleedmap.provenance.files import file_digest

VERSIONED = ("monai", "numpy", "timm", "torch")


def write_manifest(
    path: Path,
    *,
    spec: Mapping[str, Any],
    code: str,
    data: Iterable[Path],
    seed: int,
    results: Mapping[str, Any],
    weights: str,
    seen: Mapping[str, Any],
    resolved: Iterable[str] = (),
) -> None:
    """Write a manifest.

    Args:
        path: the JSON file.
        spec: the component's config, defaults included.
        code: digest of the code (``code_digest``).
        data: files that the component read; only their digests are written.
        seed: seed of the run.
        results: what came out, such as the best epoch.
        weights: sha256 of the model file.
        seen: digests of the configs of what a scan goes through before the model sees it.
        resolved: what the papers leave open, and how this component decides it (spec 6.4).
    """
    content = {
        "spec": spec,
        "code": code,
        "data": sorted(file_digest(file) for file in data),
        "seed": seed,
        "versions": {"bleedmap": __version__} | {name: version(name) for name in VERSIONED},
        "results": results,
        "weights": weights,
        "seen": seen,
        "resolved": sorted(resolved),
    }
    write_text(path, json.dumps(content, indent=2, sort_keys=True) + "\n")

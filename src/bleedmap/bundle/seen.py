"""What a scan goes through before a network sees it, as digests: they tell whether a network belongs to a config."""

import hashlib
import json

from bleedmap.config.base import Spec


def seen_json(brain: Spec, slices: Spec, enhancement: Spec | None = None) -> str:
    """Digests of the configs of brain masks, working grid and enhancement, which may hold paths, as one JSON."""
    parts = {"brain": brain, "slices": slices, "enhancement": enhancement}
    return json.dumps({name: _digest(spec) for name, spec in parts.items()})


def _digest(spec: Spec | None) -> str | None:
    return None if spec is None else hashlib.sha256(spec.to_json().encode()).hexdigest()[:16]

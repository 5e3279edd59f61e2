"""What a training leaves on disk: weights, history, its curve and a manifest."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from bleedmap.config.base import Spec
from bleedmap.provenance.atomic import atomic_path
from bleedmap.provenance.manifest import write_manifest
from bleedmap.provenance.network_file import NetworkFile, write_network
from bleedmap.provenance.tables import write_table
from bleedmap.training.curves import draw_history
from bleedmap.training.engine import Trained


def write_training(
    model: Path, trained: Trained, spec: Spec, *, code: str, data: Sequence[Path], seed: int, seen: str = "{}"
) -> None:
    """Write the history, its picture and the manifest beside the model, and the model last.

    Args:
        model: the safetensors file; the others share its folder.
        trained: weights, history and notes.
        spec: the component's config; it travels inside the model file.
        code: digest of the code.
        data: files that were trained on.
        seed: seed of the run.
        seen: what a scan goes through before the network sees it, JSON: digests of the configs of brain masks,
            working grid and enhancement.
    """
    # one key of metadata only: the order of several would differ from run to run
    content = write_network(NetworkFile(spec.to_json(), trained.weights))
    write_table(trained.history, model.parent / "history.csv")
    draw_history(trained.history, trained.best_epoch, model.parent / "history.png")
    write_manifest(
        model.parent / "manifest.json",
        spec=json.loads(spec.to_json()),
        code=code,
        data=data,
        seed=seed,
        results={"best_epoch": trained.best_epoch, "epochs": len(trained.history), **trained.notes},
        resolved=spec.resolutions(),
        weights=hashlib.sha256(content).hexdigest(),
        seen=json.loads(seen),
    )
    with atomic_path(model) as temporary:
        temporary.write_bytes(content)  # by Python, which tells of a full disk

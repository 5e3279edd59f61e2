"""What a training leaves on disk: weights, history, its curve and a manifest."""

import json
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import save

from bleedmap.config.base import Spec
from bleedmap.provenance.atomic import atomic_path
from bleedmap.provenance.manifest import write_manifest
from bleedmap.provenance.tables import write_table
from bleedmap.training.curves import draw_history
from bleedmap.training.engine import Trained


def write_training(model: Path, trained: Trained, spec: Spec, *, code: str, data: Sequence[Path], seed: int) -> None:
    """Write the history, its picture and the manifest beside the model, and the model last.

    Args:
        model: the safetensors file; the others share its folder.
        trained: weights, history and notes.
        spec: the component's config; it travels inside the model file.
        code: digest of the code.
        data: files that were trained on.
        seed: seed of the run.
    """
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
    )
    with atomic_path(model) as temporary:
        # one key only: the order of several would differ from run to run; written by Python, which tells of a full disk
        temporary.write_bytes(save(trained.weights, metadata={"spec": spec.to_json()}))

"""A training that was cut short goes on where it was, or starts anew; it never goes on from another training.

The state after each epoch lies in ``.resume/<key>/`` beside the model to be. The key is a digest of everything that
decides a bit of the result, so a change of data, config or code finds nothing there.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from bleedmap.console import say
from bleedmap.errors import TrainingError
from bleedmap.provenance.atomic import atomic_path
from bleedmap.provenance.files import file_digest

FOLDER, STOP = ".resume", "stop"
DIGEST = 64  # hexadecimal digits of a sha256

State = dict[str, Any]  # tensors, numbers, texts, and lists and mappings of them


class Resume:
    """Where one training, or one phase of it, keeps its state.

    Args:
        model: the safetensors file to be; a file named ``stop`` beside it ends the training after the epoch.
        key: digest of all that decides the result.
        phase: name of this part of a training that has several, each with a ``fit`` of its own.
    """

    def __init__(self, model: Path, key: str, phase: str = "") -> None:
        self._model, self._key = model, key
        self._folder = model.parent / FOLDER / key / phase

    @classmethod
    def of(
        cls, model: Path, *, spec: str, code: str, data: Iterable[Path], seed: int, threads: int, **more: object
    ) -> "Resume":
        """The place for a training that is told by these.

        Args:
            model: the safetensors file to be.
            spec: the component's config, JSON.
            code: digest of the code.
            data: files that are trained on, other networks among them; what they hold counts, not their names.
            seed: seed of the run.
            threads: CPU threads.
            more: whatever else decides the result, such as the fold.
        """
        decides = {
            "spec": spec,
            "code": code,
            "data": [file_digest(file) for file in sorted(data)],
            "seed": seed,
            "threads": threads,
            "torch": torch.__version__,
            "gpu": torch.cuda.is_available(),
            **more,
        }
        return cls(model, hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:32])

    def phase(self, name: str) -> "Resume":
        """The place for one part of this training; a part that has ended is read back, not trained again."""
        return Resume(self._model, self._key, name)

    def save(self, state: State, epoch: int) -> None:
        """Keep the state after an epoch; it appears whole or not at all, and then the one before it goes.

        Args:
            state: tensors, numbers and texts, nested in lists and mappings.
            epoch: number of the epoch, from 0.
        """
        unnamed, content = self._folder / "unnamed.pt", io.BytesIO()
        torch.save(state, content)
        with atomic_path(unnamed) as temporary:
            # written by Python, which tells of a full disk
            temporary.write_bytes(content.getbuffer())
        path = unnamed.replace(self._folder / f"epoch-{epoch:06d}-{file_digest(unnamed)}.pt")
        for file in self._files():
            if file != path:
                file.unlink(missing_ok=True)

    def load(self) -> State | None:
        """The last whole state, on the CPU; None where there is none."""
        for file in reversed(self._files()):
            if file_digest(file) == file.stem[-DIGEST:]:
                state: State = torch.load(file, map_location="cpu", weights_only=True)
                return state
            say("a damaged checkpoint is left out")
        return None

    def stop_is_asked(self) -> bool:
        """Whether a file named ``stop`` lies beside the model to be."""
        return (self._model.parent / STOP).exists()

    def clear(self) -> None:
        """Remove all states of this model, older keys included; call it once the model is in place."""
        shutil.rmtree(self._model.parent / FOLDER, ignore_errors=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("epoch-*.pt"))


def stopped(epoch: int) -> TrainingError:
    """A stop file was found.

    Args:
        epoch: the epoch that would come, from 0.
    """
    return TrainingError(
        "stopped",
        found=f"a file named {STOP} beside the model to be, before epoch {epoch + 1}",
        expected="none while training goes on",
        remedy="delete it and give the same command again; training goes on from there",
    )

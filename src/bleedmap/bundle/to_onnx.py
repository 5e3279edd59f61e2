"""The networks of a bundle as ONNX files for other programs, each compared with the network it comes from."""

import contextlib
import io
import logging
import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bleedmap.bundle.manifest import Bundle
from bleedmap.bundle.settings import CLASSIFIER, SEGMENTER, part
from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.load import classifier_of
from bleedmap.errors import BundleError, ConfigError
from bleedmap.provenance.atomic import atomic_path
from bleedmap.segmenters.segmenter import segmenter_of

OPSET = 18
TOLERANCE = 1e-4  # of the largest logit, or of 1 where all are smaller
LOWEST_HU, HIGHEST_HU = -1000, 1500  # of the slices on which both are compared


class Logits(nn.Module):
    """A classifier's logits alone."""

    def __init__(self, classifier: SliceClassifier) -> None:
        super().__init__()
        self._classifier = classifier

    def forward(self, hu: Tensor) -> Tensor:
        """(B, 2 reach + 1, H, W) HU to (B, K) logits."""
        logits: Tensor = self._classifier(hu).logits
        return logits


def export_networks(bundle: Bundle, out: Path) -> dict[str, float]:
    """Write ``fold-<k>.classifier.onnx`` and ``fold-<k>.segmenter.onnx`` of every fold.

    Inputs are HU on the working grid, windows are inside; the first axis may have any length. Classifiers take (B,
    2 reach + 1, size, size) and give (B, K) logits, segmenters take (B, patch depth, size, size) and give logits of
    every voxel.

    Args:
        bundle: a bundle.
        out: folder to write.

    Returns:
        Largest difference of a logit between both, on slices of random HU, by file name.

    Raises:
        ConfigError: ``no-onnx``: the extra is not installed.
        BundleError: ``onnx-differs``.
    """
    settings, size = bundle.settings, bundle.settings.slices.size
    made: dict[str, tuple[nn.Module, tuple[int, ...]]] = {}
    for fold in settings.folds:
        if settings.classifier is not None:
            classifier = classifier_of(bundle.parts[part(fold, CLASSIFIER)], dataset=None).cpu()
            shape = (2, 2 * classifier.reach + 1, size, size)
            made[f"fold-{fold}.classifier.onnx"] = (Logits(classifier).eval(), shape)
        if settings.segmenter is not None:
            segmenter = segmenter_of(bundle.parts[part(fold, SEGMENTER)]).cpu()
            made[f"fold-{fold}.segmenter.onnx"] = (segmenter, (2, segmenter.patch_depth, size, size))
    return {name: export(network, shape, out / name) for name, (network, shape) in made.items()}


def export(network: nn.Module, shape: tuple[int, ...], path: Path) -> float:
    """Write one network, if it gives the same as before.

    Args:
        network: in evaluation mode, from one tensor of HU to one of logits.
        shape: of its input; the first axis may have another length afterwards.
        path: file to write.

    Returns:
        Largest difference of a logit.
    """
    _require_onnx()
    hu = np.random.default_rng(0).uniform(LOWEST_HU, HIGHEST_HU, (shape[0] + 1, *shape[1:])).astype(np.float32)
    with atomic_path(path) as temporary:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logging.getLogger("torch.onnx").setLevel(logging.ERROR)
            torch.onnx.export(
                network,
                (torch.from_numpy(hu[1:]),),
                temporary,
                input_names=["hu"],
                output_names=["logits"],
                dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
                opset_version=OPSET,
                external_data=False,
            )
        with torch.inference_mode():
            expected = network(torch.from_numpy(hu)).numpy()
        difference = float(np.abs(_run(temporary, hu) - expected).max())
        if not difference <= TOLERANCE * max(1.0, float(np.abs(expected).max())):
            found = f"an ONNX network whose logits differ by {difference:.2g}"
            raise _misfit(found)
    return difference


def _misfit(found: str) -> BundleError:
    return BundleError(
        "onnx-differs",
        found=found,
        expected="the same logits but for rounding, of any number of slices",
        remedy="use the bundle itself, and report it to the makers of this program",
    )


def _run(path: Path, hu: NDArray[np.float32]) -> NDArray[np.float32]:
    import onnxruntime  # noqa: PLC0415  an extra

    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    if isinstance(session.get_inputs()[0].shape[0], int):  # where a layer makes a constant of it
        raise _misfit("an ONNX network that takes one number of slices alone")
    return np.asarray(session.run(["logits"], {"hu": hu})[0])


def _require_onnx() -> None:
    try:
        import onnx  # noqa: F401, PLC0415  an extra
        import onnxruntime  # noqa: F401, PLC0415
        import onnxscript  # noqa: F401, PLC0415
    except ImportError:
        raise ConfigError(
            "no-onnx",
            found="no onnx, onnxruntime or onnxscript",
            expected="the packages of bleedmap's extra onnx",
            remedy="install them: pip install bleedmap[onnx]",
        ) from None

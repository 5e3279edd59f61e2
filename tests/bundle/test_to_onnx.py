"""Networks for other programs give the same logits."""

import numpy as np
import pytest
import torch
from torch import nn

from bleedmap.bundle.manifest import bundle_of
from bleedmap.bundle.to_onnx import export, export_networks
from bleedmap.classifiers.load import classifier_of
from bleedmap.errors import BundleError

onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra onnx")
pytest.importorskip("onnxscript", reason="needs the extra onnx")


def test_both_networks_of_a_bundle_are_written_and_agree(parts, tmp_path):
    made = export_networks(bundle_of(parts), tmp_path)
    assert set(made) == {file.name for file in tmp_path.iterdir()} == {
        "fold-0.classifier.onnx", "fold-0.segmenter.onnx"
    }  # fmt: skip
    assert all(difference < 1e-4 for difference in made.values())


def test_it_takes_any_number_of_slices(parts, tmp_path):
    export_networks(bundle_of(parts), tmp_path)
    session = onnxruntime.InferenceSession((tmp_path / "fold-0.classifier.onnx").read_bytes())
    hu = np.random.default_rng(1).uniform(0, 100, (7, 1, 32, 32)).astype(np.float32)
    with torch.inference_mode():
        expected = classifier_of(parts["fold-0/classifier.safetensors"], None).cpu()(torch.from_numpy(hu)).logits
    np.testing.assert_allclose(session.run(None, {"hu": hu})[0], expected.numpy(), atol=1e-4)


class Noisy(nn.Module):
    """Gives other logits each time."""

    def forward(self, hu):
        return hu.mean(dim=(1, 2, 3)) + 100 * torch.rand(())


def test_one_that_differs_is_not_written(tmp_path):
    with pytest.raises(BundleError, match="onnx-differs"):
        export(Noisy().eval(), (2, 1, 32, 32), tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []

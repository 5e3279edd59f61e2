"""Slice classifiers from configs and from files."""

from pathlib import Path
from typing import cast

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.components import load, read_spec
from bleedmap.config.classifiers import AnyClassifier


def build_classifier(spec: AnyClassifier, *, pretrained: bool = False) -> SliceClassifier:
    """The network that a config names.

    Args:
        spec: network.
        pretrained: start from the weights that ``spec.pretrained`` names; False where trained weights follow.
    """
    return cast("SliceClassifier", load(spec).build(spec, pretrained=pretrained))


def load_classifier(path: Path, dataset: str | None) -> SliceClassifier:
    """A trained classifier, ready to explain; on the GPU if there is one.

    Args:
        path: safetensors file.
        dataset: name of the data set whose slices it will be asked about; None: any.
    """
    with safe_open(path, framework="pt") as file:
        spec: AnyClassifier = read_spec(AnyClassifier, file.metadata()["spec"])
    model = build_classifier(spec)
    model.load_state_dict(load_file(path))
    return model.look_at(dataset).eval().to("cuda" if torch.cuda.is_available() else "cpu")

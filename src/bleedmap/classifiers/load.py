"""Slice classifiers from configs and from files."""

from pathlib import Path
from typing import cast

import torch

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.components import load, read_spec
from bleedmap.config.classifiers import AnyClassifier
from bleedmap.provenance.network_file import fill, read_network


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

    Raises:
        BundleError: the file is damaged, or a weight is not finite.
    """
    return classifier_of(path.read_bytes(), dataset)


def classifier_of(data: bytes, dataset: str | None) -> SliceClassifier:
    """The same from the bytes of the file."""
    file = read_network(data)
    spec: AnyClassifier = read_spec(AnyClassifier, file.spec)
    model = build_classifier(spec)
    fill(model, file.weights)
    return model.look_at(dataset).eval().to("cuda" if torch.cuda.is_available() else "cpu")

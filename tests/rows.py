"""Rows of a config with networks of random weights in their places, as training would have left them."""

import hashlib
import json
from pathlib import Path

import torch

from bleedmap.bundle.seen import seen_json
from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.operating_point import OperatingPoint, OperatingPoints
from bleedmap.config.names import NONE
from bleedmap.paths import Paths
from bleedmap.plan.rows import row_names
from bleedmap.provenance.manifest import write_manifest
from bleedmap.provenance.network_file import NetworkFile, write_network
from bleedmap.segmenters.segmenter import Segmenter


def place_networks(config, row, split="phantom", fold=0, threshold=0.0):
    """Write classifier and segmenter of a row in a fold.

    Args:
        config: checked config.
        row: its name.
        split: that it is scored on.
        fold: of that split; another fold has other weights.
        threshold: probability from which the classifier calls a slice; None: it has no operating point.
    """
    paths, names = Paths(config.results), row_names(config, row, split, fold)
    torch.manual_seed(fold)
    if names["classifier"] != NONE:
        spec = config.classifiers[names["classifier"]]
        model = Path(paths.classifier_model.format(**names))
        place(build_classifier(spec), spec, model, seen_json(config.brain, config.slices))
        points = {} if threshold is None else {name: OperatingPoint(threshold, 1.0, 9) for name in spec.classes}
        OperatingPoints(points).write(Path(paths.operating_point.format(**names)))
    if names["segmenter"] != NONE:
        spec = config.segmenters[names["segmenter"]]
        enhancement = None if spec.enhancement == NONE else config.enhancements[spec.enhancement]
        model = Path(paths.segmenter_model.format(**names))
        place(Segmenter(spec), spec, model, seen_json(config.brain, config.slices, enhancement))


def place(network, spec, path, seen):
    """Write a network and its manifest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    content = write_network(NetworkFile(spec.to_json(), weights))
    path.write_bytes(content)
    write_manifest(
        path.parent / "manifest.json",
        spec=json.loads(spec.to_json()),
        code="abc",
        data=[],
        seed=1,
        results={},
        weights=hashlib.sha256(content).hexdigest(),
        seen=json.loads(seen),
    )

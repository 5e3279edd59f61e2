"""The networks and values of a row of a finished run, if they belong to each other and to the config."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bleedmap.bundle.seen import seen_json
from bleedmap.bundle.settings import (
    CLASSIFIER,
    OPERATING_POINT,
    SEGMENTER,
    SETTINGS,
    TUNED,
    BundleSettings,
    misfit,
    part,
    plain_classifier,
)
from bleedmap.components import read_spec
from bleedmap.config.classifiers import AnyClassifier
from bleedmap.config.masks import AnyMask
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.errors import BundleError, ConfigError
from bleedmap.provenance.network_file import NetworkFile, read_network, write_network
from bleedmap.segmenters.training_spec import training_json


@dataclass(frozen=True)
class RowFiles:
    """Files of a row, one a fold, in the order of the folds; none where the row has no such step.

    Args:
        classifier: its classifiers; a ``manifest.json`` lies beside each.
        operating_point: their operating points.
        segmenter: its segmenters; likewise.
        tuned: specs of its mask method or segmenter with the values chosen in a fold.
    """

    classifier: Sequence[Path] = ()
    operating_point: Sequence[Path] = ()
    segmenter: Sequence[Path] = ()
    tuned: Sequence[Path] = ()


def row_parts(settings: BundleSettings, files: RowFiles) -> dict[str, bytes]:
    """Parts of a bundle without what is told about it.

    Raises:
        ConfigError: ``not-trained``: a file is missing.
        BundleError: ``changed-network``: a network is not the one that was trained; ``unsigned-network``: nobody can
            tell; ``other-config``: it was trained with another config; ``network-file``, ``network-values``.
    """
    parts = {SETTINGS: (settings.to_json() + "\n").encode()}
    plain = seen_json(settings.brain, settings.slices)
    enhanced = seen_json(settings.brain, settings.slices, settings.enhancement)
    for index, fold in enumerate(settings.folds):
        if settings.classifier:
            parts[part(fold, CLASSIFIER)] = _network(files.classifier[index], plain)
            parts[part(fold, OPERATING_POINT)] = _existing(files.operating_point[index]).read_bytes()
        if settings.segmenter:
            parts[part(fold, SEGMENTER)] = _network(files.segmenter[index], enhanced)
        if settings.searched:
            parts[part(fold, TUNED)] = _existing(files.tuned[index]).read_bytes()
    check_specs(settings, parts)
    return parts


def check_specs(settings: BundleSettings, parts: Mapping[str, bytes]) -> None:
    """See that networks and chosen values are of the specs in the settings.

    Raises:
        BundleError: ``other-config``, or what is wrong with a network or a spec.
    """
    for fold in settings.folds:
        if settings.classifier:
            trained = _spec(AnyClassifier, read_network(parts[part(fold, CLASSIFIER)]).spec)
            _require(plain_classifier(trained) == plain_classifier(settings.classifier), "a classifier")
        if settings.segmenter:
            taught = _spec(AnySegmenter, read_network(parts[part(fold, SEGMENTER)]).spec)
            _require(training_json(taught) == training_json(settings.segmenter), "a segmenter")
        if settings.searched:
            base = settings.segmenter or settings.mask
            chosen = chosen_spec(settings, parts[part(fold, TUNED)])
            _require(_without(chosen, settings.searched) == _without(base, settings.searched), "chosen values")


def chosen_spec(settings: BundleSettings, tuned: bytes) -> Any:  # noqa: ANN401  a union is no type to mypy
    """Mask method or segmenter with the values that were chosen in a fold."""
    return _spec(AnySegmenter if settings.segmenter else AnyMask, tuned.decode(errors="replace"))


def _network(model: Path, seen: str) -> bytes:
    """Content of a model file that its own manifest vouches for."""
    data, manifest = _existing(model).read_bytes(), _existing(model.parent / "manifest.json")
    told = json.loads(manifest.read_text(encoding="utf-8"))
    if "weights" not in told or "seen" not in told:
        raise BundleError(
            "unsigned-network",
            found="a network whose manifest.json does not hold the digest of its weights",
            expected="one that this version of bleedmap has trained",
            remedy="run snakemake again, which trains it anew",
        )
    if told["weights"] != hashlib.sha256(data).hexdigest():
        raise BundleError(
            "changed-network",
            found="a network that is not the one its manifest.json tells of",
            expected="the files that training wrote",
            remedy="train it again: remove the model file and run snakemake",
        )
    _require(told["seen"] == json.loads(seen), "a network", "brain, slices or enhancement")
    file = read_network(data)
    spec = json.loads(file.spec)
    if not isinstance(spec.get("pretrained", False), bool):  # a path of whoever trained it
        data = write_network(NetworkFile(json.dumps({**spec, "pretrained": False}), file.weights))
    return data


def _require(fits: bool, what: str, where: str = "its component") -> None:
    if not fits:
        raise BundleError(
            "other-config",
            found=f"{what} made with another config than this one ({where} differs)",
            expected="the config that the results were made with",
            remedy="give that config, or run snakemake with this one",
        )


def _without(spec: Any, keys: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401
    """Values of a spec but for some dotted keys."""
    values: dict[str, Any] = spec.model_dump(mode="json", exclude={"learns"})
    for key in keys:
        *path, last = key.split(".")
        inner = values
        for name in path:
            inner = inner[name]
        inner.pop(last, None)
    return values


def _spec(family: Any, text: str) -> Any:  # noqa: ANN401
    try:
        return read_spec(family, text)
    except ValidationError:
        raise misfit("a component that this version of bleedmap does not know") from None


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise ConfigError(
            "not-trained",
            found="no trained network or chosen values for this method and fold in the results folder",
            expected="the results of a finished run",
            remedy="run snakemake with this config first, or name another fold",
        )
    return file

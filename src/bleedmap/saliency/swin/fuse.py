"""Maps of blocks and stages as one map (spec 1.5, steps 8 to 11)."""

from collections.abc import Callable

import torch
from torch import Tensor

from bleedmap.saliency.stretch import stretch, upsample
from bleedmap.saliency.swin.block import BlockAttention, require_several_tokens
from bleedmap.saliency.swin.watch import SwinAttention


def fuse(attention: SwinAttention, as_map: Callable[[BlockAttention], Tensor]) -> Tensor:
    """Every block times the shifted one after it, mean of a stage's pairs, product of the stages at the image's size.

    Args:
        attention: of a forward pass.
        as_map: (B, rows, columns) map of a block.

    Returns:
        (B, H, W) of the image that the network saw, in [0, 1]; each stage is stretched before it is brought to that
        size.
    """
    stages = []
    for level, blocks in enumerate(attention.stages):
        require_several_tokens(blocks[0].grid)
        maps = torch.stack([as_map(block) for block in blocks])
        fused = (maps[0::2] * maps[1::2]).mean(dim=0)
        stages.append(_at_image_size(stretch(fused).maps, attention, level))
    return torch.stack(stages).prod(dim=0)


def _at_image_size(maps: Tensor, attention: SwinAttention, level: int) -> Tensor:
    """Bilinear between the centres of the patches that tokens stand for; what patches reach past the image is cut."""
    (rows, columns), (height, width) = maps.shape[1:], attention.image
    patch_rows, patch_columns = (side * 2**level for side in attention.patch)
    return upsample(maps, (rows * patch_rows, columns * patch_columns))[:, :height, :width]

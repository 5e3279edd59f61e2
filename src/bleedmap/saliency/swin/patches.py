"""Where the tokens of a Swin transformer lie: each is a patch of the image."""

from timm.models.swin_transformer import SwinTransformer
from torch import nn

from bleedmap.saliency.centres import Centres, patch_centres


def swin_in(network: nn.Module) -> SwinTransformer | None:
    """The Swin transformer (v1) inside a network, if there is one."""
    return next((part for part in network.modules() if isinstance(part, SwinTransformer)), None)


def token_centres(swin: SwinTransformer, cells: tuple[int, int] | None, size: tuple[int, int]) -> Centres:
    """Centres of the tokens of a stage among the pixels of a slice.

    Args:
        swin: the network; a slice of another size than its own has been resized for it.
        cells: rows and columns of tokens, which tell the stage; None: the last one.
        size: rows and columns of the slice.
    """
    seen = size if swin.dynamic_img_size else swin.patch_embed.img_size
    patch = swin.patch_embed.patch_size
    level = len(swin.layers) - 1 if cells is None else _level(seen[0] // patch[0], cells[0])
    return patches(*(side * 2**level * pixels / own for side, pixels, own in zip(patch, size, seen, strict=True)))


def patches(rows: float, columns: float) -> Centres:
    """Centres of patches side by side, of ``rows`` x ``columns`` pixels each."""
    return Centres(patch_centres(rows).rows, patch_centres(columns).columns)


def _level(tokens: int, cells: int) -> int:
    """How often tokens were merged in pairs, an odd one by itself, until so many were left."""
    level = 0
    while tokens > cells:
        tokens, level = -(-tokens // 2), level + 1
    return level

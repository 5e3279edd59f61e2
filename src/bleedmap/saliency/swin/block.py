"""The attention of one Swin block: how much every token is attended to, head by head, and as a map."""

import torch
import torch.nn.functional as F
from timm.models.swin_transformer import SwinTransformerBlock, window_partition, window_reverse
from torch import Tensor

from bleedmap.errors import BleedmapError


class BlockAttention:
    """One block's attention in one forward pass.

    Args:
        block: of timm's network.
        is_second: whether it is the second of a pair, which timm shifts wherever there are several windows.

    Attributes:
        grid: rows and columns of tokens.
        received: (B, windows, heads, tokens) attention that each token of a window receives, mean over its queries.
        squares: (B, windows, heads) sum of the squared gradients of the last score that was asked about.
    """

    def __init__(self, block: SwinTransformerBlock, *, is_second: bool) -> None:
        self.block, self.is_second = block, is_second
        self.window: tuple[int, int] = block.window_size
        self.grid = (0, 0)
        self.received = self.squares = torch.empty(0)

    def note_weights(self, weights: Tensor) -> None:
        """Take over attention weights, (B * windows, heads, queries, tokens)."""
        by_window = _exact(weights.detach())
        share = self._share_of_queries(by_window)
        by_window = by_window.reshape(-1, len(share), *by_window.shape[1:])
        self.received = torch.matmul(share[:, None, None, :], by_window)[..., 0, :]

    def note_gradient(self, gradient: Tensor) -> None:
        """Take over the gradient of a score, of the same shape as the weights."""
        squares = torch.linalg.vector_norm(_exact(gradient).flatten(2), dim=2).square()
        self.squares = squares.reshape(self.received.shape[:3])

    def as_map(self, strength: Tensor | None, *, roll_unshifted: bool = False) -> Tensor:
        """Attention of every token at its place in the image, mean over heads (spec 1.5, steps 4 to 7).

        Args:
            strength: (B, windows or 1, heads) factor on each head; None: all count the same.
            roll_unshifted: move the map of a second block by half a window even if it has no shift.

        Returns:
            (B, rows, columns) of tokens.
        """
        heads = self.received if strength is None else self.received * strength[..., None]
        windows = heads.mean(dim=2).reshape(-1, *self.window, 1)
        rows, columns = self.grid
        in_place: Tensor = window_reverse(windows, self.window, *self._filled())[:, :rows, :columns, 0]
        shift = self.block.shift_size
        if roll_unshifted and self.is_second and not any(shift):
            shift = tuple(side // 2 for side in self.window)
        return in_place.roll(shift, dims=(1, 2))

    def _filled(self) -> tuple[int, int]:
        """Rows and columns of tokens with those that fill the last windows up."""
        (rows, columns), (height, width) = self.grid, self.window
        return -(-rows // height) * height, -(-columns // width) * width

    def _share_of_queries(self, like: Tensor) -> Tensor:
        """(windows, queries) part of each query in the mean; none of those that only fill a window up."""
        (rows, columns), (all_rows, all_columns) = self.grid, self._filled()
        filled = F.pad(like.new_ones((1, rows, columns, 1)), (0, 0, 0, all_columns - columns, 0, all_rows - rows))
        is_token: Tensor = window_partition(filled, self.window).flatten(1)
        return is_token / is_token.sum(dim=1, keepdim=True)


def require_several_tokens(grid: tuple[int, int]) -> None:
    """Refuse a stage that has nothing to tell apart.

    Raises:
        BleedmapError: ``one-token``.
    """
    if grid == (1, 1):
        raise BleedmapError(
            "one-token",
            found="a stage with one token, which is attended to by itself alone",
            expected="several tokens in each stage whose map is multiplied",
            remedy="give larger images, or lower stages",
        )


def _exact(values: Tensor) -> Tensor:
    """At least single precision."""
    return values.to(torch.promote_types(values.dtype, torch.float32))

"""A Swin transformer watched in a forward pass and in backward passes from it.

Nothing is changed in the network: what is hooked in comes off again, also after an error.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Literal

import torch
from timm.layers import PatchEmbed
from timm.models.swin_transformer import SwinTransformerStage
from torch import Tensor, nn

from bleedmap.errors import BleedmapError
from bleedmap.saliency.gradients import set_for_now
from bleedmap.saliency.swin.block import BlockAttention

GradAt = Literal["weights", "scores"]


class SwinAttention:
    """The attention of all blocks, stage by stage.

    Args:
        stages: of timm's network.
        patch: rows and columns of pixels that a token of the first stage covers.

    Attributes:
        stages: blocks of each stage, in order.
        patch: the same.
        image: rows and columns of pixels of the images that the network was asked about.
    """

    def __init__(self, stages: Sequence[SwinTransformerStage], patch: tuple[int, int]) -> None:
        self.stages = [
            [BlockAttention(block, is_second=bool(number % 2)) for number, block in enumerate(stage.blocks)]
            for stage in stages
        ]
        self.patch = patch
        self.image = (0, 0)
        self._start: list[Tensor] = []

    def follow(self, at: Tensor, block: BlockAttention) -> None:
        """Have the gradient at a tensor summed up in its block as soon as it arrives, and let go.

        The graph begins at the first of them: nothing before it is asked for a gradient.
        """
        if not self._start:
            self._start.append(at.requires_grad_())
        else:
            at.register_hook(block.note_gradient)  # type: ignore[no-untyped-call]

    def ask(self, score: Tensor, *, again: bool) -> None:
        """Fill ``squares`` of all blocks with the gradient of a score.

        Args:
            score: a number, from the forward pass that was watched.
            again: whether another score of it follows.
        """
        (gradient,) = torch.autograd.grad(score, self._start, retain_graph=again)
        self.stages[0][0].note_gradient(gradient)


@contextmanager
def watch(network: nn.Module, stages: int, grad_at: GradAt | None = None) -> Iterator[SwinAttention]:
    """Watch the next forward pass of a network that holds a Swin transformer.

    Args:
        network: a Swin transformer of timm (v1), or any module with one inside.
        stages: how many of its stages are looked at, from the first on.
        grad_at: where gradients are asked for; None: nowhere.

    Raises:
        BleedmapError: ``no-swin-attention``, ``few-stages``.
    """
    found = [part for part in network.modules() if isinstance(part, SwinTransformerStage)]
    embeds = [part for part in network.modules() if isinstance(part, PatchEmbed)]
    if not found or len(embeds) != 1:
        raise BleedmapError(
            "no-swin-attention",
            found=f"a {type(network).__name__} with {len(found)} stages of window attention",
            expected="a network that holds one Swin transformer of timm (version 1)",
            remedy="explain such a network, or take cam or grad_cam",
        )
    if len(found) < stages:
        raise BleedmapError(
            "few-stages",
            found=f"{len(found)} stages of window attention",
            expected=f"at least the {stages} whose maps are multiplied",
            remedy="lower stages",
        )
    attention = SwinAttention(found[:stages], embeds[0].patch_size)
    with ExitStack() as stack:
        _hook(stack, embeds[0].register_forward_pre_hook(lambda _, inputs: _note_size(attention, inputs[0])))
        for block in (each for stage in attention.stages for each in stage):
            _watch_block(stack, attention, block, grad_at)
        yield attention


def _watch_block(stack: ExitStack, attention: SwinAttention, block: BlockAttention, grad_at: GradAt | None) -> None:
    def before_block(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        block.grid = (inputs[0].shape[1], inputs[0].shape[2])

    def before_softmax(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if grad_at == "scores":
            attention.follow(inputs[0], block)

    def after_softmax(_: nn.Module, __: tuple[Tensor, ...], weights: Tensor) -> None:
        block.note_weights(weights)
        if grad_at == "weights":
            attention.follow(weights, block)

    attend = block.block.attn
    # a fused kernel never has the weights
    set_for_now(stack, attend, fused_attn=False)
    _hook(stack, block.block.register_forward_pre_hook(before_block))
    _hook(stack, attend.softmax.register_forward_pre_hook(before_softmax))
    _hook(stack, attend.softmax.register_forward_hook(after_softmax))


def _note_size(attention: SwinAttention, images: Tensor) -> None:
    attention.image = (images.shape[2], images.shape[3])


def _hook(stack: ExitStack, handle: torch.utils.hooks.RemovableHandle) -> None:
    stack.callback(handle.remove)

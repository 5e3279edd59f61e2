"""What saliency methods that look into a network share: how many slices at once, in which numbers, which logit."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.classifiers.heads.pair import FOR

# pixels of slices that are held together with what their gradients need: on a CPU more are no faster
PIXELS_ON_A_CPU, PIXELS_ON_A_GPU = 2**17, 2**21


def in_parts(explain: Callable[[Tensor], Tensor], images: Tensor, classes: int, at_once: int | None = None) -> Tensor:
    """Maps of many slices, as many at once as memory should hold: one of 384 x 384 pixels on a CPU, 14 on a GPU.

    Args:
        explain: (b, C, H, W) slices to (b, K, h, w) maps.
        images: (B, C, H, W).
        classes: K.
        at_once: how many at once; None: as above.
    """
    if not len(images):
        return images.new_zeros((0, classes, *images.shape[2:]), dtype=torch.float32)
    budget = PIXELS_ON_A_CPU if images.device.type == "cpu" else PIXELS_ON_A_GPU
    with _exactly(images.device):
        count = at_once or max(1, budget // images[0, 0].numel())
        starts = range(0, len(images), count)
        return torch.cat([explain(images[start : start + count].detach()).float() for start in starts])


@contextmanager
def _exactly(device: torch.device) -> Iterator[None]:
    """Gradients, whatever the caller has switched off, and no half precision: products of small numbers follow."""
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(mode=False))
        stack.enter_context(torch.enable_grad())
        if torch.amp.is_autocast_available(device.type):
            stack.enter_context(torch.autocast(device.type, enabled=False))
        yield


def run_frozen(network: nn.Module, images: Tensor) -> SliceOutput:
    """A forward pass in which no weight asks for a gradient; afterwards all are as they were."""
    with ExitStack() as stack:
        for weight in network.parameters():
            stack.callback(weight.requires_grad_, weight.requires_grad)
            weight.requires_grad_(False)
        for part in network.modules():
            if getattr(part, "grad_checkpointing", False):
                # layers that run a second time for the backward pass would be seen twice, and not frozen
                set_for_now(stack, part, grad_checkpointing=False)
        output: SliceOutput = network(images)
    return output


def set_for_now(stack: ExitStack, module: nn.Module, **values: object) -> None:
    """Set attributes of a module until the stack is left."""
    for name, value in values.items():
        stack.callback(setattr, module, name, getattr(module, name))
        setattr(module, name, value)


def logits_for(output: SliceOutput) -> Tensor:
    """(B, K) logits that speak for each class: of two, the one for it."""
    return output.logits if output.pairs is None else output.pairs[..., FOR]

"""A network as a sum of positive paths from pixels to cells: each layer that is no weighted sum is taken as one."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

Function = Callable[..., Any]

TINY = 1e-30


class PositivePass(TorchFunctionMode):
    """While it is on, torch's functions are replaced by those of ``REPLACED``.

    With positive weights, no biases and a positive image nothing is left that could cancel or be cut off, and the
    gradient of a cell is the sum over all paths to it of the product of their weights.
    """

    def __torch_function__(
        self,
        func: Function,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """Called by torch in place of each of its functions."""
        return REPLACED.get(func, func)(*args, **(kwargs or {}))


def _norm(place: int) -> Function:
    """A norm only scales: to the mean size of its own weights, its argument number ``place``.

    Shares of branches that are added up depend on that, as in the network itself.
    """

    def scaled(x: Tensor, *rest: Any, **named: Any) -> Tensor:  # noqa: ANN401
        weight = named.get("weight", rest[place - 1] if len(rest) >= place else None)
        size = 1.0 if weight is None else weight.abs().mean()
        return x * (size / x.mean().detach().clamp(min=TINY))

    return scaled


def _max_pool(x: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, *rest: Any, **named: Any) -> Tensor:  # noqa: ANN401
    """Each pixel of a window may be the highest one."""
    ceil_mode = named.get("ceil_mode", rest[1] if len(rest) > 1 else False)
    return F.avg_pool2d(x, kernel_size, stride, padding, ceil_mode)


def _pad(x: Tensor, pad: Any, mode: str = "constant", value: float | None = None) -> Tensor:  # noqa: ANN401
    """Nothing comes in from outside, not the minus infinity before a maximum either."""
    return F.pad(x, pad, mode)


def _gate(function: Function) -> Function:
    """A gate or an attention has a value but passes no gradient: where it looks is no place of the cell's own."""
    return lambda *args, **named: function(*args, **named).detach()


def _open(x: Tensor, *_: Any, **__: Any) -> Tensor:  # noqa: ANN401
    """Nothing is cut off."""
    return x


GATES = (torch.sigmoid, Tensor.sigmoid, F.sigmoid, F.hardsigmoid, torch.softmax, Tensor.softmax, F.softmax)
ATTENTIONS = (F.scaled_dot_product_attention, torch.matmul, Tensor.matmul, Tensor.__matmul__, torch.bmm, torch.einsum)
LIMITS = (torch.clamp, Tensor.clamp, F.relu6, F.hardtanh)
REPLACED: dict[Function, Function] = {
    F.batch_norm: _norm(3),
    F.instance_norm: _norm(3),
    F.layer_norm: _norm(2),
    F.group_norm: _norm(2),
    F.rms_norm: _norm(2),
    F.max_pool2d: _max_pool,
    F.pad: _pad,
    **{gate: _gate(gate) for gate in (*GATES, *ATTENTIONS)},
    **{limit: _open for limit in LIMITS},
}

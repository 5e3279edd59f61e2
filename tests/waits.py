"""What makes a program wait for the GPU: it works ahead for as long as nobody asks for a number."""

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Asked(TorchDispatchMode):
    """Notes what brings a number, or the size of a result, from a tensor to the program."""

    WAITS = ("local_scalar_dense", "nonzero", "masked_select", "unique", "equal")

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.name().split("::")[1].split(".")[0].lstrip("_")
        # results on their way to memory whose rows do not follow each other
        scatters = name == "copy_" and args[2:] == (True,) and not args[0].is_contiguous()
        picks = name == "index" and any(index is not None and index.dtype == torch.bool for index in args[1])
        if picks or scatters or name in self.WAITS:
            self.found.append(name)
        return func(*args, **(kwargs or {}))

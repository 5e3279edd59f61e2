"""How busy the GPU is while something runs."""

import shutil
import subprocess

import numpy as np
import torch


class GpuWatch:
    """Share of time in which a kernel runs, as nvidia-smi tells it every fifth of a second."""

    def __enter__(self) -> "GpuWatch":
        self._process = None
        if torch.cuda.is_available() and shutil.which("nvidia-smi"):
            query = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "200"]
            self._process = subprocess.Popen(query, stdout=subprocess.PIPE, text=True)  # noqa: S603
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.terminate()
            self._said = self._process.communicate()[0]

    def busy(self) -> float:
        """In [0, 1]; NaN without a GPU."""
        return float(np.mean([int(line) for line in self._said.split()])) / 100 if self._process else float("nan")

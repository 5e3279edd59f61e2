"""A picture of a prediction: every slice, in the brain window where it is CT, the mask as an outline."""

import math
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bleedmap.provenance.atomic import atomic_path
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.intensity import SHOWN

COLUMNS = 7


def draw_preview(volume: CtVolume, mask: NDArray[np.bool_], path: Path) -> None:
    """Draw all slices, foot to head.

    Args:
        volume: the scan.
        mask: (slices, rows, columns) bool.
        path: PNG to write.
    """
    rows = math.ceil(len(mask) / COLUMNS)
    figure = Figure(figsize=(2 * COLUMNS, 2 * rows), facecolor="black", layout="constrained")
    panels = np.atleast_1d(figure.subplots(rows, COLUMNS)).ravel()
    low, high = SHOWN[volume.intensity]
    for panel in panels:
        panel.axis("off")
    for number, (panel, image, outline) in enumerate(zip(panels, volume.hu, mask, strict=False)):
        panel.imshow(image, cmap="gray", vmin=low, vmax=high)
        panel.text(0.02, 0.98, str(number), color="white", fontsize=8, va="top", transform=panel.transAxes)
        if outline.any():
            panel.contour(outline, levels=[0.5], colors="red", linewidths=0.8)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100, metadata={"Software": None})

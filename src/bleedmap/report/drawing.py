"""How a slice, a heatmap and a mask look in every picture, and PNG files with the same bytes for the same picture."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bleedmap.provenance.atomic import atomic_path
from bleedmap.volumes.intensity import SHOWN

# orange and cyan differ in brightness and hue, also for eyes that confuse red and green
FOUND, TRUE = "#ff8c1a", "#19e3ff"
PAPER, INK, FAINT = "#0d0f12", "#f2f4f7", "#9aa4b2"


def show_slice(axes: Axes, hu: NDArray[np.int16], intensity: str) -> None:
    """A slice as a radiologist looks at it: CT in the brain window, MR on its whole scale."""
    low, high = SHOWN[intensity]
    axes.imshow(hu, cmap="gray", vmin=low, vmax=high, interpolation="bilinear")
    axes.set_axis_off()


def show_heatmap(axes: Axes, heat: NDArray[np.floating]) -> None:
    """A saliency map as colour; where it is low the slice shows through."""
    axes.imshow(heat, cmap="inferno", vmin=0, vmax=1, alpha=np.clip(heat * 1.6, 0, 0.85), interpolation="bilinear")


def fill(axes: Axes, mask: NDArray[np.bool_], colour: str) -> None:
    """A mask as a veil with an outline."""
    veil = np.zeros((*mask.shape, 4), dtype=np.float32)
    veil[mask] = (*to_rgb(colour), 0.4)
    axes.imshow(veil, interpolation="nearest")
    outline(axes, mask, colour)


def outline(axes: Axes, mask: NDArray[np.bool_], colour: str) -> None:
    """The edge of a mask; nothing for an empty one."""
    if mask.any():
        # a rim of zeros closes outlines that reach the picture's edge
        rows, columns = (np.arange(-1, length + 1) for length in mask.shape)
        axes.contour(columns, rows, np.pad(mask, 1).astype(np.float32), levels=[0.5], colors=[colour], linewidths=0.9)
        axes.set(xlim=(-0.5, mask.shape[1] - 0.5), ylim=(mask.shape[0] - 0.5, -0.5))


def crosses(axes: Axes, points: NDArray[np.float64], colour: str) -> None:
    """A cross a point, over outlines; (n, 2) row and column."""
    limits = axes.get_xlim(), axes.get_ylim()
    axes.scatter(points[:, 1], points[:, 0], marker="x", s=26, color=colour, linewidths=1.3, zorder=3)
    axes.set(xlim=limits[0], ylim=limits[1])


def note(axes: Axes, text: str) -> None:
    """A few letters in the lower left corner."""
    box = {"facecolor": PAPER, "alpha": 0.75, "linewidth": 0, "pad": 1.2}
    axes.text(0.03, 0.03, text, transform=axes.transAxes, color=INK, fontsize=7, va="bottom", ha="left", bbox=box)


def legend(figure: Figure, x: float, y: float, *, size: float, more: str = "") -> None:
    """What the two colours mean, and more in plain words, as one line from ``(x, y)`` in parts of the figure."""
    figure.text(x, y, "■ found", color=FOUND, fontsize=size, ha="left", va="center")
    points = figure.get_figwidth() * 72
    figure.text(x + 5.5 * size / points, y, "□ truth", color=TRUE, fontsize=size, ha="left", va="center")
    figure.text(x + 10.5 * size / points, y, more, color=FAINT, fontsize=size, ha="left", va="center")


def save_png(figure: Figure, path: Path, *, dpi: int) -> None:
    """Write a PNG that holds neither a clock nor a version."""
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=dpi, facecolor=figure.get_facecolor(), metadata={"Software": None})

"""Which window a picture of a head was made with, told from what every head shows: brain, and the fluid in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

# What the landmarks have at about 1 mm a pixel, on phantoms and on a real scan exported in eight windows.
BRAIN_HU = 31.0  # the commonest value of brain
FLUID_HU, SULCUS_HU = 10.0, 18.0  # ventricles, and fluid that is too narrow to show its own value
SPREAD_HU = 2.6  # of smoothed brain: grey beside white matter
WIDTHS_HU = (50.0, 450.0)
SIDE = 200
BINS = 256
EDGE = 0.04  # share of the range beside black and white that shows nothing
DEEP = 0.25
FAR, BEYOND_NOISE = 4.0, 3.0  # spreads of smoothed and of rough brain that fluid lies away at least
CLOSE, AWAY = 0.04, 0.025  # shares of the side
LEAST_THICK, LEAST_DARK = 6, 30
LEAST_DEPTH = 0.08

Grey = NDArray[np.float32]


@dataclass(frozen=True)
class Landmarks:
    """Values of a picture that stand for something, in its own units.

    Args:
        black: background.
        brain: the commonest value of brain.
        spread: standard deviation of smoothed brain about it.
        width: HU that one unit of the picture stands for.
        sees_brain: whether what is taken for brain is as large as brain is in most slices.
        sees_fluid: whether fluid told the width; else the spread of brain did, which may be out by half.
    """

    black: float
    brain: float
    spread: float
    width: float
    sees_brain: bool
    sees_fluid: bool


def landmarks(values: NDArray[np.number]) -> Landmarks | None:
    """Find background, brain and fluid in a picture of a head, with its skull or stripped.

    Brain is the commonest value of what lies deepest among the grey, neither background nor white. That holds in every
    window that shows it, and needs no outline of the head, whatever else is in the picture.

    Args:
        values: (rows, columns) in any unit, brighter where denser.

    Returns:
        None where nothing is grey.
    """
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return None
    grey = ndimage.gaussian_filter((_small(values) - low) / (high - low), 0.7)
    black, background = _background(grey)
    shown = (grey > black + EDGE) & (grey < 1 - EDGE) & ~background
    depth = ndimage.distance_transform_edt(np.pad(shown, 1))[1:-1, 1:-1]
    if depth.max() < 2:
        return None
    deep = depth > DEEP * depth.max()
    brain = _mode(grey[deep], depth[deep])
    spread = _spread(ndimage.gaussian_filter(grey, 1.5)[deep], brain)
    fluid, fluid_hu = _fluid(grey, brain, max(FAR * spread, BEYOND_NOISE * _spread(grey[deep], brain)))
    unit = (BRAIN_HU - fluid_hu) / (brain - fluid) if fluid < brain else SPREAD_HU / spread
    scale = high - low
    return Landmarks(
        black=low + scale * black,
        brain=low + scale * brain,
        spread=scale * spread,
        width=unit / scale,
        sees_brain=bool(depth.max() > LEAST_DEPTH * max(grey.shape)),
        sees_fluid=fluid < brain,
    )


def window_of(marks: Landmarks, black: float = 0.0, white: float = 1.0) -> tuple[float, float]:
    """Level and width, HU, of the window that a picture was made with.

    Args:
        marks: what was found in it.
        black: lowest value that a picture of its kind can have.
        white: the highest.
    """
    width = float(np.clip(marks.width * (white - black), *WIDTHS_HU))
    return BRAIN_HU - width * ((marks.brain - black) / (white - black) - 0.5), width


def _small(values: NDArray[np.number]) -> Grey:
    """Mean of blocks, as many as bring the longer side to about ``SIDE``."""
    block = max(1, round(max(values.shape) / SIDE))
    padded = np.pad(values.astype(np.float32), [(0, -length % block) for length in values.shape], mode="edge")
    rows, columns = (length // block for length in padded.shape)
    return np.asarray(padded.reshape(rows, block, columns, block).mean(axis=(1, 3)))


def _mode(values: NDArray[np.floating], weights: NDArray[np.floating] | None = None, smooth: float = 3.0) -> float:
    """The commonest of values from 0 to 1."""
    counts, edges = np.histogram(values, bins=BINS, range=(0, 1), weights=weights)
    peak = int(ndimage.gaussian_filter1d(counts.astype(np.float64), smooth, mode="constant").argmax())
    return float(edges[peak] + edges[peak + 1]) / 2


def _background(grey: Grey) -> tuple[float, NDArray[np.bool_]]:
    """The border's commonest value, if the middle is lighter, and where it reaches in from there; else 0, nowhere."""
    border = np.concatenate([grey[:2].ravel(), grey[-2:].ravel(), grey[:, :2].ravel(), grey[:, -2:].ravel()])
    black = _mode(border, smooth=1.0)
    rows, columns = (slice(length // 4, length - length // 4) for length in grey.shape)
    if black > np.median(grey[rows, columns]) - EDGE:
        return 0.0, np.zeros(grey.shape, dtype=np.bool_)
    labels, _ = ndimage.label(np.abs(grey - black) < EDGE)
    reached = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return black, np.isin(labels, reached[reached > 0])


def _spread(values: NDArray[np.floating], brain: float) -> float:
    """Standard deviation of what gathers about the value of brain, outliers left out."""
    away = np.abs(values - brain)
    spread = float(np.median(away)) * 1.4826
    for _ in range(5):
        near = away[away < 2.5 * spread]
        spread = float(np.median(near)) * 1.4826 if near.size else spread
    return max(spread, 1e-3)


def _fluid(grey: Grey, brain: float, reach: float) -> tuple[float, float]:
    """Value of what is darker than brain by a reach and surrounded by it, and its HU; 1 and 0 where there is none."""
    side = max(grey.shape)
    margin, cleft = round(0.15 * side), CLOSE * side
    labels, count = ndimage.label(ndimage.binary_opening(np.pad(np.abs(grey - brain) < reach, margin), iterations=2))
    if count == 0:
        return 1.0, 0.0
    core = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    wide = ndimage.distance_transform_edt(~core) <= cleft
    closed = ndimage.binary_fill_holes((ndimage.distance_transform_edt(wide) > cleft) | core)
    inner = (ndimage.distance_transform_edt(closed) > AWAY * side)[margin:-margin, margin:-margin]
    dark = inner & (grey < brain - reach)
    thick = dark & (ndimage.distance_transform_edt(dark) >= 2)
    if thick.sum() >= LEAST_THICK:
        return float(np.percentile(grey[thick], 25)), FLUID_HU
    if dark.sum() >= LEAST_DARK:
        return float(np.percentile(grey[dark], 25)), SULCUS_HU
    return 1.0, 0.0

"""Phantom slices as somebody might have exported them: moved, windowed, toned, softened, with noise.

Real pictures differ in their window most of all, and nobody wrote it down; so every draw makes another one.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.pictures.frame import HIGH, LOW
from benchmarks.pictures.phantom_slices import DARK_HU

BRAIN_HU = 33.0
WINDOWS, NOISE = (28.0, 140.0), 0.07
KERNEL = 3


def as_pictures(hu: Tensor, masks: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Pictures of slices, each made in its own way.

    Args:
        hu: (B, H, W) HU, any number type.
        masks: (B, K, H, W) 0 or 1, the brain first; they move with their slice.
        rng: source of every draw, on the device of ``hu``.

    Returns:
        (B, H, W) float32 pseudo HU, anchored (see ``anchored``); and the moved masks, float32.
    """
    moved, masks = _move(hu.float(), masks.float(), rng)
    grey = _roughen(_soften(_tone(_window(moved, rng), rng), rng), rng)
    return anchored(as_hu(grey), masks[:, 0]), masks


def as_hu(grey: Tensor) -> Tensor:
    """Grey values 0 to 1 as the package reads pictures: black 0 HU, white 80 HU."""
    return LOW + grey * (HIGH - LOW)


def anchored(hu: Tensor, brain: Tensor) -> Tensor:
    """Pictures of unknown windows made alike: shifted until the median of the brain has the HU of brain.

    Args:
        hu: (B, H, W) float32 pseudo HU of pictures.
        brain: same shape, above 0 in the brain; a picture without brain stays as it is.
    """
    values, inside = hu[:, ::2, ::2].flatten(1), brain[:, ::2, ::2].flatten(1) > 0
    # what is black or white was cut off, and says nothing of the window's place
    shown = inside & (values > LOW + 1) & (values < HIGH - 1)
    median = values.masked_fill(~shown, torch.nan).nanmedian(dim=1).values
    return hu + torch.nan_to_num(BRAIN_HU - median)[:, None, None]


def mirrored(hu: Tensor, masks: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Half of the slices mirrored, all HU as they are; arguments as for ``as_pictures``."""
    flip = _chance(hu, rng, 0.5)
    return torch.where(flip, hu.flip(-1), hu).float(), torch.where(flip[:, None], masks.flip(-1), masks).float()


def _draw(like: Tensor, rng: torch.Generator, low: float, high: float) -> Tensor:
    """(B, 1, 1) uniform numbers."""
    return low + (high - low) * torch.rand((len(like), 1, 1), generator=rng, device=like.device)


def _chance(like: Tensor, rng: torch.Generator, share: float) -> Tensor:
    """(B, 1, 1) bool, true for a share of the slices."""
    return _draw(like, rng, 0, 1) < share


def _move(hu: Tensor, masks: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mirror, turn, stretch and shift."""
    angle = _draw(hu, rng, -15, 15) * (math.pi / 180)
    zoom = torch.exp(_draw(hu, rng, -0.16, 0.16))
    aspect = torch.exp(_draw(hu, rng, -0.06, 0.06))
    mirror = torch.where(_chance(hu, rng, 0.5), -1.0, 1.0)
    across, down = _draw(hu, rng, -0.12, 0.12), _draw(hu, rng, -0.12, 0.12)
    cosine, sine = angle.cos() * zoom, angle.sin() * zoom
    rows = [
        torch.cat([mirror * cosine * aspect, -sine, across], -1),
        torch.cat([mirror * sine * aspect, cosine, down], -1),
    ]
    grid = F.affine_grid(torch.cat(rows, 1), [len(hu), 1, *hu.shape[1:]], align_corners=False)
    # zero outside the slice is to mean dark
    moved = F.grid_sample(hu[:, None] - DARK_HU, grid, align_corners=False)[:, 0] + DARK_HU
    return moved, (F.grid_sample(masks, grid, align_corners=False) >= 0.5).float()


def _roughen(grey: Tensor, rng: torch.Generator) -> Tensor:
    """Noise, fine or coarse, little in most pictures."""
    fine = torch.randn(grey.shape, generator=rng, device=grey.device)
    coarse = F.avg_pool2d(fine, 3, 1, 1) * 3
    noise = torch.where(_chance(grey, rng, 0.5), fine, coarse) * _draw(grey, rng, 0, 1) ** 2 * NOISE
    return (grey + noise).clamp(0, 1)


def _window(hu: Tensor, rng: torch.Generator) -> Tensor:
    """Grey values of a window that leaves the brain neither black nor white."""
    width = torch.exp(_draw(hu, rng, math.log(WINDOWS[0]), math.log(WINDOWS[1])))
    low = BRAIN_HU - _draw(hu, rng, 0.2, 0.55) * width
    return ((hu - low) / width).clamp(0, 1)


def _tone(grey: Tensor, rng: torch.Generator) -> Tensor:
    """A random tone curve."""
    return grey ** torch.exp(_draw(grey, rng, -0.25, 0.25))


def _soften(grey: Tensor, rng: torch.Generator) -> Tensor:
    """Blur or sharpen; in one batch of five, lose detail as a small or strongly compressed picture does."""
    spread = _draw(grey, rng, 0.4, 1.3)
    weights = torch.exp(-((torch.arange(-KERNEL, KERNEL + 1, device=grey.device) / spread) ** 2) / 2)
    weights = weights / weights.sum(-1, keepdim=True)
    stack, size = grey[None], len(grey)
    blurred = F.conv2d(stack, weights[:, None], padding=(0, KERNEL), groups=size)
    blurred = F.conv2d(blurred, weights.transpose(1, 2)[:, None], padding=(KERNEL, 0), groups=size)[0]
    change = torch.where(_chance(grey, rng, 0.5), _draw(grey, rng, -1, 0.7), 0.0)
    grey = (grey + change * (grey - blurred)).clamp(0, 1)
    if float(torch.rand((), generator=rng, device=grey.device)) < 0.2:
        share = 0.5 + 0.4 * float(torch.rand((), generator=rng, device=grey.device))
        # sides, not a factor: the way back would start from another one, and pictures would leave their masks
        sides = [round(side * share) for side in grey.shape[1:]]
        small = F.interpolate(grey[:, None], size=sides, mode="bilinear", antialias=True)
        grey = F.interpolate(small, size=grey.shape[1:], mode="bilinear")[:, 0]
    return grey

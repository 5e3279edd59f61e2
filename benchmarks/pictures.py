"""Phantom slices as somebody might have exported them: moved, windowed, softened, lettered, framed.

Real pictures differ in their window most of all, and nobody wrote it down; so every draw makes another one.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.phantom_slices import DARK_HU
from bleedmap.config.slices import BRAIN

BRAIN_HU = 33.0
SPOILT, LETTERS = 0.25, 0.3
USUAL, UNUSUAL = (60, 110), (50, 140)
KERNEL = 3


def as_pictures(hu: Tensor, masks: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Pictures of slices, each made in its own way.

    Args:
        hu: (B, H, W) HU, any number type.
        masks: (B, K, H, W) 0 or 1; they move with their slice.
        rng: source of every draw, on the device of ``hu``.

    Returns:
        (B, H, W) float32 pseudo HU, black 0 and white 80, as the package reads pictures; and the moved masks, float32.
    """
    moved, masks = _move(hu.float(), masks.float(), rng)
    clean = _window(moved, rng, USUAL)
    spoilt = _frame(_soften(_tone(_window(_roughen(moved, rng), rng, UNUSUAL), rng), rng), rng)
    # networks that see nothing but spoilt pictures take many epochs to find out what blood is
    grey = torch.where(_chance(hu, rng, SPOILT), spoilt, clean)
    return grey * BRAIN.width + (BRAIN.level - BRAIN.width / 2), masks


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


def _axis(like: Tensor) -> Tensor:
    return torch.linspace(-1, 1, like.shape[-1], device=like.device)


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


def _roughen(hu: Tensor, rng: torch.Generator) -> Tensor:
    """Uneven brightness and noise, fine or coarse, HU."""
    x, y = _axis(hu)[None, None, :], _axis(hu)[None, :, None]
    tilt = _draw(hu, rng, -1.5, 1.5) * x + _draw(hu, rng, -1.5, 1.5) * y + _draw(hu, rng, -2, 2) * (x**2 + y**2 - 0.4)
    fine = torch.randn(hu.shape, generator=rng, device=hu.device)
    coarse = F.avg_pool2d(fine, 3, 1, 1) * 3
    noise = torch.where(_chance(hu, rng, 0.5), fine, coarse) * _draw(hu, rng, 0, 1) ** 2 * 5
    return hu + (tilt + noise) * (hu > DARK_HU + 5)


def _window(hu: Tensor, rng: torch.Generator, widths: tuple[float, float]) -> Tensor:
    """Grey values of a window between two widths that leaves the brain neither black nor white."""
    width = torch.exp(_draw(hu, rng, math.log(widths[0]), math.log(widths[1])))
    low = BRAIN_HU - _draw(hu, rng, 0.2, 0.55) * width
    return ((hu - low) / width).clamp(0, 1)


def _tone(grey: Tensor, rng: torch.Generator) -> Tensor:
    """A random tone curve; black that is not black, and white that is not white."""
    grey = grey ** torch.exp(_draw(grey, rng, -0.25, 0.25))
    floor = torch.where(_chance(grey, rng, 0.3), _draw(grey, rng, 0, 0.15), 0.0)
    ceiling = torch.where(_chance(grey, rng, 0.3), _draw(grey, rng, 0.75, 1), 1.0)
    return floor + (ceiling - floor) * grey


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
        small = F.interpolate(grey[:, None], scale_factor=share, mode="bilinear", antialias=True)
        grey = F.interpolate(small, size=grey.shape[1:], mode="bilinear")[:, 0]
    return grey


def _frame(grey: Tensor, rng: torch.Generator) -> Tensor:
    """What surrounds pictures: edges that cut the head, bright frames, burnt-in letters."""
    x, y = _axis(grey)[None, None, :], _axis(grey)[None, :, None]
    reach = torch.where(_chance(grey, rng, 0.7), 2.0, _draw(grey, rng, 0.75, 1.0))
    across = torch.where(_chance(grey, rng, 0.7), 2.0, _draw(grey, rng, 0.65, 1.0))
    edge = torch.maximum(y.abs() / reach, x.abs() / across)
    framed = grey.masked_fill(edge > 1, 0)
    line = (edge <= 1) & (edge > 0.97) & _chance(grey, rng, 0.1)
    framed = torch.where(line, _draw(grey, rng, 0.5, 1), framed)
    for number in torch.nonzero(_chance(grey, rng, LETTERS).flatten()).flatten().tolist():
        _letters(framed[number], rng)
    return framed


def _letters(picture: Tensor, rng: torch.Generator) -> None:
    """A few random glyphs in a corner, in place."""
    device, side = picture.device, picture.shape[-1]
    count, scale, corner = torch.randint(1, 4, (3,), generator=rng, device=device).tolist()
    glyphs = torch.rand((5, 4 * count), generator=rng, device=device) < 0.5
    glyphs[:, 3::4] = False
    drawn = glyphs.repeat_interleave(scale, 0).repeat_interleave(scale, 1)[: side // 5, : side // 4]
    top = 1 if corner < 3 else side - drawn.shape[0] - 1
    left = 1 if corner % 2 else side - drawn.shape[1] - 1
    where = picture[top : top + drawn.shape[0], left : left + drawn.shape[1]]
    where[drawn] = 0.6 + 0.4 * torch.rand((), generator=rng, device=device)

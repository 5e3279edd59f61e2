"""What a user may give by mistake: a trunk, a water phantom, a stripped MR of 8 bits, one slice; and a plain head."""

import numpy as np
from scipy import ndimage

from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

MATRIX = 128


def place(slices, pixel_mm, gap_mm=5.0):
    heights = np.arange(slices) * gap_mm
    origins = np.stack([0 * heights, 0 * heights, heights], axis=1)
    return Geometry(origins, row_step=np.array([0, pixel_mm, 0]), column_step=np.array([pixel_mm, 0, 0]))


def scanned(planes, pixel_mm, noise_hu=8.0, gap_mm=5.0):
    """A volume of drawn planes with the blur and noise of a scanner."""
    sharp = np.asarray(planes, dtype=float)
    blurred = ndimage.gaussian_filter(sharp, [0, 1.0 / pixel_mm, 1.0 / pixel_mm])
    hu = blurred + np.random.default_rng(0).normal(0, noise_hu, blurred.shape)
    return CtVolume(hu.clip(-1024, 3071).astype(np.int16), place(len(hu), pixel_mm, gap_mm))


def ellipse(pixel_mm, centre, half):
    """(128, 128) distance from a centre, 1 on an ellipse; (rows, columns) in mm from the middle of the picture."""
    rows, columns = (np.indices((MATRIX, MATRIX)) - (MATRIX - 1) / 2) * pixel_mm
    return np.hypot((rows - centre[0]) / half[0], (columns - centre[1]) / half[1])


def trunk(slices=40, pelvis_from=0, pixel_mm=3.2):
    """An abdomen on its couch: fat around muscle, liver, kidneys, bowel with gas, a spine with its canal, and ribs.

    Args:
        slices: from the feet, 5 mm each.
        pelvis_from: how many of the lowest show a ring of hip bones instead of ribs.
        pixel_mm: side of a pixel.
    """

    def part(centre, half):
        return ellipse(pixel_mm, centre, half)

    planes = []
    for number in range(slices):
        plane = np.full((MATRIX, MATRIX), -1000.0)
        plane[part((145, 0), (8, 190)) < 1] = 40  # couch
        plane[part((0, 0), (125, 180)) < 1] = -100
        wall = part((0, 0), (105, 155))
        plane[wall < 1] = 55
        plane[part((-10, 0), (80, 135)) < 1] = -95
        plane[part((-15, -65), (70, 65)) < 1] = 60
        for side in (-1, 1):
            plane[part((40, 70 * side), (30, 25)) < 1] = 35
        rng = np.random.default_rng(number // 4)
        for top, left in zip(rng.uniform(-70, 20, 5), rng.uniform(0, 100, 5), strict=True):
            plane[part((top, left), (15, 20)) < 1] = 30
            plane[part((top - 4, left), (7, 11)) < 1] = -950
        plane[part((65, 0), (22, 26)) < 1] = 230
        plane[part((65, 0), (18, 22)) < 1] = 160
        plane[part((92, 0), (18, 14)) < 1] = 300
        plane[part((88, 0), (8, 11)) < 1] = 25
        if number < pelvis_from:
            ring = part((10, 0), (85, 125))
            rows, columns = np.indices(plane.shape) - MATRIX / 2
            front = (np.abs(columns * pixel_mm) < 20) & (rows < 0)
            plane[(ring > 0.88) & (ring < 1) & ~front] = 500
        else:
            angle = np.arctan2(*(np.indices(plane.shape) - MATRIX / 2)) + number / 6
            plane[(wall > 0.9) & (wall < 1) & (np.cos(9 * angle) > 0.4)] = 450
        planes.append(plane)
    return scanned(planes, pixel_mm, noise_hu=12)


def small_trunk(slices=20, pixel_mm=2.0):
    """A trunk no larger than a head, 15 x 20 cm, of muscle within ribs and fat, with a spine."""
    wall = ellipse(pixel_mm, (0, 0), (75, 100))
    angle = np.arctan2(*(np.indices(wall.shape) - MATRIX / 2))
    planes = []
    for number in range(slices):
        plane = np.select([wall < 0.9, wall < 1], [50.0, -100.0], -1000.0)
        plane[(wall > 0.8) & (wall < 0.88) & (np.cos(9 * angle + number / 6) > -0.2)] = 450
        plane[ellipse(pixel_mm, (41, 0), (20, 24)) < 1] = 220
        planes.append(plane)
    return scanned(planes, pixel_mm, noise_hu=10)


def water(wall_hu=120.0, slices=28, pixel_mm=2.0):
    """A cylinder of water 20 cm wide in a wall of 8 mm: acrylic at 120 HU, teflon at 950 HU."""
    distance = ellipse(pixel_mm, (0, 0), (100, 100))
    plane = np.select([distance < 0.92, distance < 1], [0.0, wall_hu], -1000.0)
    return scanned([plane] * slices, pixel_mm, noise_hu=4)


def stripped_mr(middle=55.0, slices=30, pixel_mm=2.0):
    """Brain of an MR in 8 bits on black: dark white matter, brighter grey matter, bright fluid."""
    planes = []
    for height in np.linspace(-0.9, 0.9, slices):
        half = np.sqrt(1 - height**2)
        distance = ellipse(pixel_mm, (0, 0), (85 * half, 68 * half))
        folds = 0.1 * np.cos(14 * np.arctan2(*(np.indices(distance.shape) - MATRIX / 2)))
        inner = ellipse(pixel_mm, (0, 0), (25 * half, 12 * half))
        plane = np.select(
            [distance >= 1, inner < 1, distance + folds > 0.85], [0.0, 2.6 * middle, 1.2 * middle], middle * 0.8
        )
        planes.append(plane)
    volume = scanned(planes, pixel_mm, noise_hu=6)
    outside = np.asarray(planes) == 0
    hu = np.where(outside, 0, volume.hu.clip(1, 255)).astype(np.int16)
    return CtVolume(hu, volume.geometry)


def head(slices=28, pixel_mm=2.0, gap_mm=5.0):
    """An egg of brain in a skull of 7 mm and a scalp of 5 mm, cut below; one slice is the widest."""
    planes = []
    for height in (np.arange(slices) - (slices - 1) / 2) * gap_mm / 66:
        half = np.sqrt(max(0.0, 1 - height**2))
        depths = [ellipse(pixel_mm, (0, 0), (1e-3 + 80 * half + mm, 1e-3 + 65 * half + mm)) for mm in (0, 7, 12)]
        plane = np.select([depths[0] < 1, depths[1] < 1, depths[2] < 1], [33.0, 900.0, 20.0], -1000.0)
        plane[(ellipse(pixel_mm, (0, 0), (25, 12)) < 1) & (depths[0] < 1)] = 8
        planes.append(plane)
    return scanned(planes, pixel_mm, noise_hu=4, gap_mm=gap_mm)

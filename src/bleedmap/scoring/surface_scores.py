"""HD, HD95 and surface Dice of two masks in the form that the config asks for; none where there are no mm."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.scoring import ScoringSpec, SurfaceForm
from bleedmap.scoring.surface import SurfaceDistances, surface_areas, surface_distances
from bleedmap.volumes.geometry import Geometry


class Form(NamedTuple):
    """A form of surface Dice: its name as a metric, and of the ``count`` rows of what is near and of all."""

    metric: str
    counts: tuple[str, str]


FORMS: Mapping[SurfaceForm, Form] = MappingProxyType(
    {
        "voxels": Form("surface_dice", ("surface_near", "surface_all")),
        "area": Form("surface_dice_area", ("surface_near_mm2", "surface_all_mm2")),
    }
)


@dataclass(frozen=True)
class SurfaceScores:
    """What is measured between two surfaces.

    Args:
        form: what surface Dice is a share of.
        voxels: distances between surface voxels, of which HD and HD95 are made.
        near: number or mm2 of what lies within the tolerance.
        whole: number or mm2 of all of both surfaces.
    """

    form: Form
    voxels: SurfaceDistances
    near: float
    whole: float

    @property
    def values(self) -> dict[str, float]:
        """Scores by metric; NaN if both masks are empty."""
        share = self.near / self.whole if self.whole else np.nan
        return {"hd": self.voxels.hd(), "hd95": self.voxels.hd95(), self.form.metric: share}


def surface_scores(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], geometry: Geometry, spec: ScoringSpec
) -> SurfaceScores | None:
    """Measure two masks; arguments as for ``surface_distances``. None in pictures, which have no mm.

    Args:
        prediction: bool, a slice or a scan.
        truth: bool, the same shape.
        geometry: of the scan.
        spec: form and tolerance of surface Dice.
    """
    if not geometry.in_mm:
        return None
    voxels = surface_distances(prediction, truth, geometry)
    counted = voxels if spec.surface_dice == "voxels" else surface_areas(prediction, truth, geometry)
    near = counted.near(spec.surface_tolerance_mm)
    return SurfaceScores(FORMS[spec.surface_dice], voxels, near, counted.whole)

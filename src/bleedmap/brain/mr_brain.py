"""Brain masks of MR: the largest soft tissue that the dark skull parts from the scalp; no template, no network."""

import fill_voids
import numpy as np
import SimpleITK as sitk  # noqa: N813
from numpy.typing import NDArray

from bleedmap.config.brain import MrBrainSpec
from bleedmap.constants import AIR_HU
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.mr_head import tissue_threshold
from bleedmap.volumes.mr_scale import HIGHEST

WORK_MM = 2.0
SMOOTH_MM = 1.0
SLACK_MM = 2.0  # that tissue may lie farther from the core than what was cut off it, so that gyri keep their crowns
DURA_MM = 1.0  # is as dark as the skull
STRIPPED_SHARE = 0.8  # of a head on a constant background, from which its brain is all of it
BEYOND_MM = 1000.0


def brain_mask(spec: MrBrainSpec, volume: CtVolume, name: str) -> NDArray[np.uint8]:
    """Everything inside the skull, fluid and lesions included, for T1, T2 and FLAIR alike.

    On even voxels of 2 mm: tissue brighter than bone and air (the lower one of Otsu's two thresholds), cut where it is
    thinner than two bridges, as scalp, optic nerves and vessels are; the largest part, grown back into the tissue; what
    is dark inside of it (vessels, fluid on T1 and FLAIR, old blood) closed. A head on a constant background of which
    all is brain has been stripped before, and the mask is all but that background.

    Args:
        spec: widths.
        volume: a head MR on the display scale.
        name: unused; kept so that all brain masks are called alike.

    Returns:
        (slices, rows, columns) uint8, 1 inside; all 0 where no tissue is thick enough.

    Raises:
        ScanError: ``needs-mr``.
    """
    if volume.intensity != "mr":
        raise ScanError(
            "needs-mr",
            found="a scan that is no MR for brain.method mr_brain",
            expected="MR signal on its display scale",
            remedy="use brain.method skull_interior, which takes CT, MR and pictures",
        )
    inside = _inside_skull(spec, volume)
    whole = np.stack([fill_voids.fill(slice_) for slice_ in volume.hu != AIR_HU])
    is_stripped = inside.sum() > STRIPPED_SHARE * whole.sum()
    return np.asarray(whole if is_stripped else inside, dtype=np.uint8)


def _inside_skull(spec: MrBrainSpec, volume: CtVolume) -> NDArray[np.bool_]:
    image = sitk.GetImageFromArray(np.clip(volume.hu, 0, HIGHEST).astype(np.float32))
    image.SetSpacing(volume.geometry.spacing[::-1])
    work = _on_even_voxels(image)
    tissue = work > tissue_threshold(sitk.GetArrayFromImage(work))
    parts = sitk.ConnectedComponent(_signed_mm(tissue) < -spec.bridge_mm)
    core = sitk.RelabelComponent(parts, sortByObjectSize=True) == 1
    if not sitk.GetArrayViewFromImage(core).any():
        return np.zeros(volume.hu.shape, dtype=np.bool_)
    near = (_signed_mm(core) <= spec.bridge_mm + SLACK_MM) & tissue
    brain = sitk.BinaryReconstructionByDilation(core, near)  # what is near across bone is none
    closed = _signed_mm(_signed_mm(brain) <= spec.close_mm) < -spec.close_mm
    filled = sitk.BinaryFillhole(closed | brain)
    depth = sitk.Resample(_signed_mm(filled), image, sitk.Transform(), sitk.sitkLinear, BEYOND_MM)
    return np.stack([fill_voids.fill(slice_) for slice_ in sitk.GetArrayFromImage(depth) <= DURA_MM])


def _on_even_voxels(image: sitk.Image) -> sitk.Image:
    """An image smoothed and resampled to voxels of about 2 mm; the usual gap counts where gaps differ."""
    smooth = sitk.DiscreteGaussian(image, SMOOTH_MM**2)
    sides = [count * mm for count, mm in zip(image.GetSize(), image.GetSpacing(), strict=True)]
    grid = sitk.Image([max(2, round(side / WORK_MM)) for side in sides], sitk.sitkUInt8)
    grid.SetSpacing([side / count for side, count in zip(sides, grid.GetSize(), strict=True)])
    grid.SetOrigin([(new - old) / 2 for new, old in zip(grid.GetSpacing(), image.GetSpacing(), strict=True)])
    return sitk.Resample(smooth, grid, sitk.Transform(), sitk.sitkLinear, 0.0, sitk.sitkFloat32, True)


def _signed_mm(mask: sitk.Image) -> sitk.Image:
    """Distance from the edge of a mask, mm, negative inside."""
    return sitk.SignedMaurerDistanceMap(mask, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)

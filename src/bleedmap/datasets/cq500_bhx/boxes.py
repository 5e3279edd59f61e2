"""A reader's frame, drawn on a file's own pixels, on the voxels of the volume that the file became."""

import numpy as np

from bleedmap.datasets.cq500_bhx.frames import Frame
from bleedmap.volumes.ct_volume import Box, CtVolume
from bleedmap.volumes.dicom.slice import SlicePlace


def place_box(frame: Frame, place: SlicePlace, volume: CtVolume, index: int) -> Box | None:
    """A frame in the rows and columns of a volume, which may be turned against the file.

    Args:
        frame: in the pixels of the slice's file.
        place: where the file's pixels lie.
        volume: the volume that the slice is in.
        index: of the slice.

    Returns:
        The part of the box on the slice; None where there is none.
    """
    geometry, (_, rows, columns) = volume.geometry, volume.hu.shape
    # positions are those of pixel centres, half a pixel from the corner that frames are measured from
    across = np.array([frame.left, frame.left + frame.width]) - 0.5
    down = np.array([frame.top, frame.top + frame.height]) - 0.5
    corners = place.position + (
        np.outer(across, place.along_row * place.pixel_spacing[1])
        + np.outer(down, place.down_column * place.pixel_spacing[0])
    )
    offsets = corners - geometry.origins[index]
    row, column = (np.sort(offsets @ step / (step @ step)) + 0.5 for step in (geometry.row_step, geometry.column_step))
    top, bottom = np.clip(row, 0, rows)
    left, right = np.clip(column, 0, columns)
    if bottom <= top or right <= left:
        return None
    return Box(index, float(top), float(left), float(bottom - top), float(right - left), frame.subtype)

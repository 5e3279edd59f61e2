"""Maps on pixels as SciPy places them, for expectations."""

import numpy as np
import torch
from scipy import ndimage


def placed(maps, centres, size):
    """(B, h, w) maps at ``size`` pixels, linear between the centres of cells, the border's values past them."""
    rows, columns = (
        (np.arange(pixels) - axis.offset) / axis.stride for axis, pixels in zip(centres, size, strict=True)
    )
    places = np.stack(np.meshgrid(rows, columns, indexing="ij"))
    return torch.from_numpy(
        np.stack([ndimage.map_coordinates(each, places, order=1, mode="nearest") for each in np.asarray(maps)])
    )

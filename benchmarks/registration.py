"""How far maps lie from what they show: discs of known place, seen by networks built by hand.

Every map is placed twice: by bilinear resizing that takes cells for patches side by side, as ``cv2.resize`` and
``F.interpolate`` do (pytorch-grad-cam 1.5 uses the former in ``scale_cam_image``), and at the measured centres of its
cells. Means over discs at several places within a cell; pixels, positive is down and right.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.made_up.disc_networks import RADIUS, Cut, adding_up, centroids, discs, places
from bleedmap.config.saliency import CamSpec
from bleedmap.report.drawing import INK, PAPER, TRUE, save_png
from bleedmap.saliency import explain
from bleedmap.saliency.plain_network import PlainNetwork
from bleedmap.saliency.receptive_centres import logit_map_centres

RESIZED, PLACED = "resized", "placed"
TITLES = {RESIZED: "bilinear resizing", PLACED: "at the receptive centres"}


@dataclass(frozen=True)
class Case:
    """A backbone, the stride of its map and the side of its pictures, pixels."""

    backbone: str
    stride: int
    size: int


CASES = (
    Case("resnet10t", 8, 128),
    Case("resnet18", 8, 128),
    Case("resnet18", 32, 512),
    Case("resnet101", 32, 512),
    Case("densenet121", 32, 512),
    Case("efficientnet_b0", 32, 512),
    Case("tf_efficientnet_lite0", 32, 512),
    Case("convnext_atto", 32, 512),
    Case("swin_tiny_patch4_window7_224", 32, 448),
)
DRAWN = ("resnet18", "swin_tiny_patch4_window7_224")


def maps_of(case: Case) -> tuple[dict[str, Tensor], tuple[float, float]]:
    """Maps of the discs, placed both ways, and the measured centre of the first cell."""
    sized = {"img_size": case.size} if "patch" in case.backbone else {}
    network = PlainNetwork(adding_up(Cut(case.backbone, case.stride, **sized)))
    shown = discs(case.size, case.stride)[:, None].repeat(1, 3, 1, 1)
    with torch.no_grad():
        raw = network(shown).maps[:, :1]
    resized = F.interpolate(raw, size=shown.shape[2:], mode="bilinear", align_corners=False)[:, 0]
    centres = logit_map_centres(network, shown)
    found = {RESIZED: resized, PLACED: explain(CamSpec(), network, shown, 0)}
    return found, (centres.rows.offset, centres.columns.offset)


def shift(maps: Tensor, case: Case) -> NDArray[np.float64]:
    """Mean way from a disc to the centroid of its map, rows and columns."""
    return np.asarray((centroids(maps) - places(case.size, case.stride)).mean(axis=0))


def main() -> None:
    """Write ``table.csv`` and ``registration.png``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--backbones", nargs="*", help="some of the backbones of the table")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rows, drawn = [], {}
    for case in CASES:
        if args.backbones and case.backbone not in args.backbones:
            continue
        maps, offsets = maps_of(case)
        row = {"backbone": case.backbone, "stride": case.stride, "pixels": case.size}
        row |= {"patch centre": (case.stride - 1) / 2, "measured centre": np.mean(offsets)}
        row |= {way: shift(maps[way], case).mean() for way in (RESIZED, PLACED)}
        rows.append(row)
        if case.backbone in DRAWN and case.stride == max(each.stride for each in CASES):
            drawn[case] = maps
    table = pd.DataFrame(rows).round(2)
    table.to_csv(args.out / "table.csv", index=False)
    print(table.to_string(index=False))  # noqa: T201
    draw(drawn, args.out / "registration.png")


def draw(drawn: dict[Case, dict[str, Tensor]], path: Path) -> None:
    """The first disc of some cases, its map placed both ways, and where the map's centroid lies."""
    figure = Figure(figsize=(2.6 * max(len(drawn), 1), 5.2), facecolor=PAPER, layout="constrained")
    panels = figure.subplots(2, max(len(drawn), 1), squeeze=False)
    for column, (case, maps) in enumerate(drawn.items()):
        for axes, (way, title) in zip(panels[:, column], TITLES.items(), strict=True):
            row_px, column_px = places(case.size, case.stride)[0]
            turn = np.linspace(0, 2 * np.pi, 200)
            axes.imshow(maps[way][0], cmap="inferno", interpolation="nearest")
            radius = RADIUS * case.stride
            axes.plot(column_px + radius * np.cos(turn), row_px + radius * np.sin(turn), color=TRUE, linewidth=1.2)
            middle = centroids(maps[way])[0]
            axes.plot(middle[1], middle[0], "x", color=INK, markersize=6)
            reach = 3.5 * case.stride
            axes.set(xlim=(column_px - reach, column_px + reach), ylim=(row_px + reach, row_px - reach))
            axes.set_axis_off()
            axes.set_title(f"{case.backbone.split('_patch')[0]}, {title}", color=INK, fontsize=8)
    save_png(figure, path, dpi=100)


if __name__ == "__main__":
    main()

"""3D U-Net with strides that spare the few thick slices (spec 2.4)."""

from monai.networks.nets import UNet
from torch import nn

from bleedmap.config.segmenters import UNet3dSpec


def build(spec: UNet3dSpec) -> nn.Module:
    """Network from (B, C, D, H, W) to (B, classes, D, H, W) logits."""
    levels = len(spec.channels) - 1
    strides = [(1, 2, 2) if level < spec.flat_levels else (2, 2, 2) for level in range(levels)]
    network: nn.Module = UNet(
        spatial_dims=3,
        in_channels=len(spec.windows),
        out_channels=len(spec.classes),
        channels=spec.channels,
        strides=strides,
        num_res_units=spec.residual_units,
        norm=None if spec.norm == "none" else spec.norm,
    )
    return network


def patch_depth(spec: UNet3dSpec) -> int:
    """Slices of a patch."""
    return spec.depth

"""2D U-Net, slice by slice."""

from monai.networks.nets import UNet
from torch import Tensor, nn

from bleedmap.config.segmenters import UNet2dSpec


class SliceWise(nn.Module):
    """Applies a 2D network to every slice of a stack."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, stacks: Tensor) -> Tensor:
        """(B, C, D, H, W) to (B, classes, D, H, W)."""
        batch, channels, depth, height, width = stacks.shape
        slices = stacks.transpose(1, 2).reshape(batch * depth, channels, height, width)
        logits: Tensor = self.network(slices)
        return logits.reshape(batch, depth, logits.shape[1], height, width).transpose(1, 2)


def build(spec: UNet2dSpec) -> nn.Module:
    """Network from (B, C, D, H, W) to (B, classes, D, H, W) logits."""
    network = UNet(
        spatial_dims=2,
        in_channels=len(spec.windows),
        out_channels=len(spec.classes),
        channels=spec.channels,
        strides=[2] * (len(spec.channels) - 1),
        num_res_units=spec.residual_units,
        norm=None if spec.norm == "none" else spec.norm,
    )
    return SliceWise(network)


def patch_depth(spec: UNet2dSpec) -> int:
    """One slice, whatever the spec."""
    return 1

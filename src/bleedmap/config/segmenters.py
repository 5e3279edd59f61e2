"""Segmenters: networks retrained on pseudo masks (or on truth). One model a file in ``bleedmap/segmenters``."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from bleedmap.config.base import Spec
from bleedmap.config.names import NONE, Name
from bleedmap.config.slices import BRAIN, Windows
from bleedmap.config.training import TrainingSpec


class UNetSpec(Spec):
    """What the 2D and the 3D U-Net share (spec 2.4)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 2.4: epsilon of the Dice loss is 1e-5",
        "spec 2.4: strides, channels and patch size are the config's; a whole scan is predicted by a sliding window",
    )

    channels: tuple[int, ...] = Field((16, 32, 64, 128, 256), min_length=2, description="feature channels a level")
    residual_units: int = Field(2, ge=0, le=4, description="residual convolutions a level; 0: one plain convolution")
    norm: Literal["instance", "batch", "none"] = Field("instance", description="normalisation layers")
    enhancement: Name = Field(
        NONE, description="name under enhancements of what its input goes through, in training and after; none: nothing"
    )
    windows: Windows = Field((BRAIN,), description="input channels, one a window")
    plane: int | None = Field(
        None,
        ge=32,
        multiple_of=16,
        description="rows and columns that the network works on, in and out resampled; null: the working grid's own",
    )
    patches_per_scan: int = Field(4, ge=1, description="training patches drawn from a scan in an epoch")
    foreground_share: float = Field(
        0.5, ge=0, le=1, description="share of training patches that are placed around a slice with hemorrhage"
    )
    mirror: bool = Field(
        False, description="predict a scan and its mirror image, left for right, and take the mean of the probabilities"
    )
    threshold: float = Field(0.5, gt=0, lt=1, description="probability from which a voxel is called hemorrhage")
    smallest_voxels: int = Field(
        0, ge=0, description="predicted hemorrhages of fewer voxels of the working grid are dropped; 0: none"
    )
    training: TrainingSpec = TrainingSpec(batch=4)

    @field_validator("training")
    @classmethod
    def _sampler_of_patches(cls, training: TrainingSpec) -> TrainingSpec:
        if training.sampler != "shuffle":
            msg = f"sampler {training.sampler} is for slices; foreground_share balances the patches of a segmenter"
            raise ValueError(msg)
        return training


class UNet3dSpec(UNetSpec):
    """MONAI 3D U-Net on stacks of slices, with anisotropic strides in its upper levels."""

    method: Literal["unet3d"] = "unet3d"
    depth: int = Field(16, ge=1, description="slices of a patch")
    flat_levels: int = Field(2, ge=0, description="upper levels that halve the plane but keep the slices")

    @property
    def patch_depth(self) -> int:
        """Slices of a training patch."""
        return self.depth

    @model_validator(mode="after")
    def _depth_divides(self) -> Self:
        deep = len(self.channels) - 1 - self.flat_levels
        if deep > 0 and self.depth % 2**deep:
            msg = f"depth {self.depth} is not a multiple of {2**deep}, which {deep} halvings of the slices need"
            raise ValueError(msg)
        return self


class UNet2dSpec(UNetSpec):
    """MONAI 2D U-Net on single slices."""

    method: Literal["unet2d"] = "unet2d"

    @property
    def patch_depth(self) -> int:
        """Slices of a training patch."""
        return 1


AnySegmenter = Annotated[UNet3dSpec | UNet2dSpec, Field(discriminator="method")]

"""Segmenters: networks retrained on pseudo masks (or on truth). One model a file in ``bleedmap/segmenters``."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from bleedmap.config.base import Spec
from bleedmap.config.losses import AnyLoss, DiceBceSpec
from bleedmap.config.names import NONE, Name
from bleedmap.config.processes import Processes, refuse_idle_processes
from bleedmap.config.slices import Windows, WindowSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.constants import CLASSES


class SegmenterTraining(TrainingSpec):
    """Training of a segmenter: batches are of patches, the loss is one of voxels (spec 2.4)."""

    batch: int = Field(4, ge=1, description="patches a step")
    loss: AnyLoss = Field(DiceBceSpec(), description="loss of voxels: its short name, or a mapping with its keys")

    @field_validator("loss")
    @classmethod
    def _reads_masks(cls, loss: AnyLoss) -> AnyLoss:
        if "labels" in loss.READS:
            msg = f"loss {loss.method} compares slices with their labels; name one that reads masks, such as dice_bce"
            raise ValueError(msg)
        return loss

    @model_validator(mode="after")
    def _patches_are_shuffled(self) -> Self:
        if self.sampler != "shuffle":
            msg = f"sampler {self.sampler} is for slices; foreground_share balances the patches of a segmenter"
            raise ValueError(msg)
        return self


class SegmenterSpec(Spec):
    """What all segmenters share (spec 2.4)."""

    FAMILY: ClassVar[str] = "segmenters"
    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 2.4: a whole scan is predicted by a window of the patch's depth that slides over its slices",
        "spec 2.4: a scan with fewer slices than a patch is filled up with air at the head's end, in training and "
        "after; nothing is learnt there",
    )

    learns: Name | None = Field(
        None, description="name under splits of what it learns on; null: the one split that has training subjects"
    )
    classes: tuple[str, ...] = Field(
        ("any",),
        description="what its masks tell apart: [any], or [any, iph, ivh, sah, sdh, edh] for subtypes, which it learns "
        "from masks that tell them apart, with loss dice_ce",
    )
    enhancement: Name = Field(
        NONE, description="name under enhancements of what its input goes through, in training and after; none: nothing"
    )
    windows: Windows = Field((WindowSpec(),), description="input channels, one a window")
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
    empty_masks: Literal["refuse", "learn"] = Field(
        "refuse",
        description="what to do where no training mask has a voxel of hemorrhage: refuse to train, so that there is no "
        "table of the other rows either, or learn that there is none, so that the row is in it with nothing found",
    )
    tta_flip: bool = Field(
        False,
        description="test-time augmentation: the mean probability of a scan and its mirror image, left for right; "
        "no training depends on it",
    )
    threshold: float = Field(
        0.5, gt=0, lt=1, description="probability from which a voxel is called hemorrhage; no training depends on it"
    )
    min_component_ml: float = Field(
        0,
        ge=0,
        description="minimum component volume, mL: predicted hemorrhages of less are dropped, but not in pictures "
        "without mm; no training depends on it",
    )
    training: SegmenterTraining = SegmenterTraining()
    processes: Processes = 1

    @model_validator(mode="after")
    def _every_process_has_a_sample(self) -> Self:
        refuse_idle_processes(self.processes, {"training": self.training.batch})
        return self

    @model_validator(mode="after")
    def _classes_have_their_loss(self) -> Self:
        if self.classes not in (CLASSES[:1], CLASSES):
            msg = f"classes = {', '.join(self.classes) or 'none'}; they are [any] or [{', '.join(CLASSES)}]"
            raise ValueError(msg)
        if (self.training.loss.method == "dice_ce") != (len(self.classes) > 1):
            msg = (
                f"loss {self.training.loss.method} for classes {', '.join(self.classes)}; dice_ce is the loss of "
                "subtypes, and of nothing else"
            )
            raise ValueError(msg)
        return self


class UNetSpec(SegmenterSpec):
    """What the 2D and the 3D U-Net share (spec 2.4)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        *SegmenterSpec.RESOLVED,
        "spec 2.4: strides, channels and patch size are the config's",
    )

    channels: tuple[int, ...] = Field((16, 32, 64, 128, 256), min_length=2, description="feature channels a level")
    residual_units: int = Field(2, ge=0, le=4, description="residual convolutions a level; 0: one plain convolution")
    norm: Literal["instance", "batch", "none"] = Field("instance", description="normalisation layers")


class UNet3dSpec(UNetSpec):
    """MONAI 3D U-Net on stacks of slices, with anisotropic strides in its upper levels."""

    method: Literal["unet3d"] = "unet3d"
    depth: int = Field(16, ge=1, description="slices of a patch")
    flat_levels: int = Field(2, ge=0, description="upper levels that halve the plane but keep the slices")

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


class PooledUNet2dSpec(SegmenterSpec):
    """2D U-Net with max pooling, two convolutions a level (Ronneberger 2015; baseline of paper 000, spec 1.6)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        *SegmenterSpec.RESOLVED,
        "spec 1.6: one logit a pixel stands for the paper's two outputs, of which only the difference counts",
    )

    method: Literal["pooled_unet2d"] = "pooled_unet2d"
    channels: tuple[int, ...] = Field((24, 48, 96, 192), min_length=2, description="feature channels a level")
    norm: Literal["instance", "batch", "none"] = Field("none", description="normalisation layers")


class MixedUNetSpec(SegmenterSpec):
    """U-Net with one encoder and two decoders whose features are fused (Liu 2022; paper 004, figure 2; spec 5.5)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        *SegmenterSpec.RESOLVED,
        "spec 5.5: three poolings, two rises a decoder, fusion at half the resolution; of the layouts that its words "
        "allow this one has the printed number of parameters within 0.1 %",
        "spec 5.5: convolutions are padded, so nothing is cropped; one logit stands for the two that are printed",
    )

    method: Literal["mixed_unet"] = "mixed_unet"
    width: int = Field(64, ge=2, description="feature channels of the first level; the paper does not say")


class FcnSpec(SegmenterSpec):
    """Fully convolutional network on VGG16 (Long 2015), a baseline of paper 004 (spec 5.8)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        *SegmenterSpec.RESOLVED,
        "spec 5.8: five rises of 3 x 3 with batch normalisation, two of them beside a skip: at width 64 and three "
        "windows it has the printed number of parameters",
    )

    method: Literal["fcn"] = "fcn"
    width: int = Field(64, ge=2, description="feature channels of the first level; VGG16: 64")


class DeepLabV3Spec(SegmenterSpec):
    """DeepLabV3 of torchvision (Chen 2017), a baseline of paper 004 (spec 5.8)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        *SegmenterSpec.RESOLVED,
        "spec 5.8: on ResNet-50 without an auxiliary head and with three windows it has the printed number of "
        "parameters; it starts from random weights",
    )

    method: Literal["deeplabv3"] = "deeplabv3"
    backbone: Literal["resnet50", "resnet101", "mobilenet_v3_large"] = Field(
        "resnet50", description="what gives its features"
    )


AnySegmenter = Annotated[
    UNet3dSpec | UNet2dSpec | PooledUNet2dSpec | MixedUNetSpec | FcnSpec | DeepLabV3Spec,
    Field(discriminator="method"),
]

"""Saliency methods: where the classifier looked. One model a file in ``bleedmap/saliency``."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bleedmap.config.base import Spec


class SaliencySpec(Spec):
    """What all saliency methods share."""

    FAMILY: ClassVar[str] = "saliency"


class CamSpec(SaliencySpec):
    """Class activation map: the head's weights over the last feature map (spec 2.2 step 3; Zhou 2016)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 2.2: negative values are cut off at the map's own resolution, before it is brought to the slice's size",
        "spec 2.2: a cell's value stands at the centre of what the cell sees, measured on the network",
    )

    method: Literal["cam"] = "cam"


class FlipsSpec(SaliencySpec):
    """Mean of the map of a slice and of the map of its mirror image, mirrored back (spec 5.3, as in IRN)."""

    method: Literal["flips"] = "flips"
    of: "AnySaliency" = Field(CamSpec(), description="saliency method that is asked twice")


class SelfAttentionSpec(SaliencySpec):
    """How much a Swin transformer attends to every token, over all stages (SAM; spec 1.6; paper 000)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 1.5: tokens that only fill a window up are no queries",
        "spec 1.6: blocks are moved back by the shift that they have, which is none in the last stage",
    )

    method: Literal["self_attention"] = "self_attention"
    stages: int = Field(4, ge=1, le=4, description="stages whose maps are multiplied, from the finest on")
    roll_unshifted: bool = Field(
        False,
        description="move every second block back by half a window even where it has no shift, as the released code of "
        "paper 000 does in the last stage (spec 1.6)",
    )


class HgiSamSpec(SaliencySpec):
    """Self-attention whose heads are weighed by the gradient of a class (HGI-SAM; spec 1.5; paper 000)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 1.5: the gradient is that of the class's logit, whatever the classifier says of the slice",
        "spec 1.5: tokens that only fill a window up are no queries",
    )

    method: Literal["hgi_sam"] = "hgi_sam"
    stages: int = Field(3, ge=1, le=4, description="stages whose maps are multiplied, from the finest on")
    grad_at: Literal["weights", "scores"] = Field(
        "weights",
        description="gradient at the attention weights (paper 000, equation 2), or at the scores before softmax (its "
        "released code)",
    )
    norm_scope: Literal["window", "block"] = Field(
        "window", description="a head's gradient is measured in each window, or over all windows of a block at once"
    )


class GradCamSpec(SaliencySpec):
    """Grad-CAM: channels of a feature map, weighed by the mean gradient of a class (Selvaraju 2017; spec 1.6, 4.7)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 1.6: the gradient is that of the class's logit, whatever the classifier says of the slice",
        "spec 1.6: negative values are cut off at the map's own resolution, before it is brought to the slice's size",
    )

    method: Literal["grad_cam"] = "grad_cam"
    layer: str = Field(
        "backbone",
        min_length=1,
        description="module whose output is explained: the last one by that name or with a dotted name that ends so; "
        "backbone: the feature map that the head reads; norm1, norm2: of the last block of a Swin transformer (paper "
        "000: norm1)",
    )


class MultiScaleSpec(SaliencySpec):
    """Mean of the maps of a slice at several sizes (paper 004, equation 3; spec 5.3)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 5.3: maps are rectified at each scale, brought to the slice's size, averaged, and stretched once",
        "spec 5.3: a Swin transformer, built for one size, is taken with the same weights and windows for each",
    )

    method: Literal["multi_scale"] = "multi_scale"
    of: "AnySaliency" = Field(
        CamSpec(),
        description="saliency method that is asked at every scale; flips over another one asks for both sides",
    )
    scales: tuple[Annotated[float, Field(ge=0.1, le=4)], ...] = Field(
        (0.5, 1.0, 1.5, 2.0), min_length=1, description="sizes at which a slice is shown, 1 is its own"
    )
    normalise: bool = Field(
        False,
        description="whether each scale's map is divided by its highest value first, so that all count alike: as those "
        "of grad_cam should, which are the smaller the more cells there are",
    )


AnySaliency = Annotated[
    CamSpec | FlipsSpec | SelfAttentionSpec | HgiSamSpec | GradCamSpec | MultiScaleSpec, Field(discriminator="method")
]

FlipsSpec.model_rebuild()
MultiScaleSpec.model_rebuild()

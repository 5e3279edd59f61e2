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
    elementwise: bool = Field(
        False,
        description="each place of the map is weighed by how much the logit depends on it, everywhere alike for gap, "
        "by a softmax of the map for lse (HiResCAM; what section 2.4 of paper 003 says, unlike its equation 3)",
    )


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


class MilMaxSpec(SaliencySpec):
    """The logit of every place, of a classifier whose head takes the highest one (paper 002; spec 3.4)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 3.4: the map is the logit itself, bias included, so that its highest value is that of the slice; below "
        "0, where a place speaks against a bleed, it is 0",
    )

    method: Literal["mil_max"] = "mil_max"


class MilAttentionSpec(SaliencySpec):
    """How much every place counts, of a classifier with gated attention (paper 002, equation 3; spec 3.4)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 3.4: the map is the attention itself, the same for all classes, whatever a place speaks for",
    )

    method: Literal["mil_attention"] = "mil_attention"


class MilAttentionSignedSpec(SaliencySpec):
    """What every place adds to the logit: its attention times its own logit (released code of paper 002; spec 3.4)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 3.4: below 0, where a place speaks against a bleed, the map is 0; the bias belongs to no place",
    )

    method: Literal["mil_attention_signed"] = "mil_attention_signed"


class AtInputSpec(SaliencySpec):
    """What the methods that ask for gradients at the network's input share."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 4.7: sizes are summed over the input channels, those of neighbouring slices too, and not multiplied by "
        "Grad-CAM",
    )

    internal_batch: int = Field(
        8,
        ge=1,
        description="slices, or steps of one slice, that go through the network at once; memory grows with it, maps "
        "are the same",
    )


class InputGradientSpec(AtInputSpec):
    """Size of the gradient of a class at the network's input (Simonyan 2014; spec 4.7)."""

    method: Literal["input_gradient"] = "input_gradient"


class GuidedBackpropSpec(AtInputSpec):
    """The same, each ReLU letting through what is positive (Springenberg 2015; spec 4.7); for ReLU networks."""

    method: Literal["guided_backprop"] = "guided_backprop"


class IntegratedGradientsSpec(AtInputSpec):
    """Gradient at the input, integrated from a black image on, times the input (Sundararajan 2017; spec 4.7)."""

    method: Literal["integrated_gradients"] = "integrated_gradients"
    steps: int = Field(50, ge=2, le=1000, description="steps from the black image on (spec 4.7; Gauss-Legendre)")


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
    CamSpec
    | FlipsSpec
    | SelfAttentionSpec
    | HgiSamSpec
    | GradCamSpec
    | MilMaxSpec
    | MilAttentionSpec
    | MilAttentionSignedSpec
    | InputGradientSpec
    | GuidedBackpropSpec
    | IntegratedGradientsSpec
    | MultiScaleSpec,
    Field(discriminator="method"),
]

FlipsSpec.model_rebuild()
MultiScaleSpec.model_rebuild()

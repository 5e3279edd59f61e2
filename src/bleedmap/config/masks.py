"""Mask methods: from saliency, HU or drawn truth to a mask. One model a file in ``bleedmap/masks``."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from bleedmap.config.base import Spec
from bleedmap.config.slices import WindowSpec


class MaskSpec(Spec):
    """What all mask methods share."""

    FAMILY: ClassVar[str] = "masks"
    READS_SALIENCY: ClassVar[bool] = True
    NEEDS_HU: ClassVar[bool] = False  # whether its levels are Hounsfield units, so that MR and pictures are refused
    TELLS_SUBTYPES: ClassVar[bool] = False  # whether its labels are 1..5 rather than 1 for hemorrhage of any kind


class TruthSpec(MaskSpec):
    """The voxel truth itself, subtypes where they are drawn: what the supervised baseline trains on."""

    READS_SALIENCY: ClassVar[bool] = False
    TELLS_SUBTYPES: ClassVar[bool] = True
    method: Literal["truth"] = "truth"


class HuThresholdSpec(MaskSpec):
    """Every voxel of the brain with the HU of fresh blood; no learning."""

    READS_SALIENCY: ClassVar[bool] = False
    NEEDS_HU: ClassVar[bool] = True
    method: Literal["hu_threshold"] = "hu_threshold"
    low: float = Field(50.0, description="lowest HU of blood")
    high: float = Field(90.0, description="highest HU of blood")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            msg = f"low {self.low} is above high {self.high}; give them in ascending order"
            raise ValueError(msg)
        return self


class SaliencyMaskSpec(MaskSpec):
    """What the methods that read saliency share."""

    gated: bool = Field(
        True,
        description="whether a slice whose label is not known, or not to be seen, stays empty where the classifier "
        "does not call it; false: every such slice gets a mask, as in paper 000 (spec 1.5)",
    )


class RegionSpec(SaliencyMaskSpec):
    """A region of high saliency (spec 2.3 step 1)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 2.3: the map is stretched by slice unless the config says by scan, on slices that may hold a bleed only",
    )

    threshold: float = Field(0.7, ge=0, lt=1, description="share of the highest saliency; 0.7 in papers 001 and 004")
    normalise: Literal["slice", "volume"] = Field(
        "slice", description="whose highest saliency that is: the slice's own, or that of all slices of the scan"
    )


class ThresholdSpec(RegionSpec):
    """Saliency above a fixed share of its maximum (spec 2.3 step 1; papers 001 and 004)."""

    method: Literal["threshold"] = "threshold"


class KMeansDifferentialSpec(RegionSpec):
    """The k-means cluster of the salient region whose removal lowers the logit most (spec 2.3; paper 001)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        *RegionSpec.RESOLVED,
        "spec 2.3: k-means on grey values, ten initialisations, fixed seed; with fewer distinct pixels than clusters "
        "the region is kept whole",
        "spec 2.3: of equal logits the brighter cluster is chosen",
    )

    method: Literal["kmeans_differential"] = "kmeans_differential"
    clusters: int = Field(4, ge=2, le=16, description="number of clusters K")
    window: WindowSpec = Field(WindowSpec(), description="window whose grey value is the clustered feature")
    place_weight: float = Field(
        0.0,
        ge=0,
        description="weight of row and column, each 0 to 1, beside the grey value, 0 to 1; 0: grey value alone",
    )
    seed: int = Field(0, ge=0, description="seed of the k-means initialisations")


class DenseCrfSpec(SaliencyMaskSpec):
    """Fully connected CRF over saliency and grey values (spec 5.4; defaults of IRN where the paper gives none)."""

    method: Literal["dense_crf"] = "dense_crf"
    unary: Literal["label", "cam"] = Field(
        "label", description="label: thresholded saliency held with gt_prob; cam: the saliency is the probability"
    )
    threshold: float = Field(
        0.7, gt=0, lt=1, description="share of the highest saliency; with unary cam, where probability is 1/2"
    )
    gt_prob: float = Field(0.7, gt=0.5, lt=1, description="certainty of the label unary")
    gaussian_sxy: float = Field(3.0, gt=0, description="standard deviation of the smoothness term, pixels")
    gaussian_compat: float = Field(3.0, ge=0, description="weight of the smoothness term")
    bilateral_sxy: float = Field(50.0, gt=0, description="spatial standard deviation of the appearance term, pixels")
    bilateral_srgb: float = Field(
        5.0,
        ge=1,
        description="grey-value standard deviation of the appearance term, 0..255; below 1 crashes the solver",
    )
    bilateral_compat: float = Field(10.0, ge=0, description="weight of the appearance term")
    iterations: int = Field(10, ge=1, le=100, description="mean-field iterations")
    window: WindowSpec = Field(WindowSpec(), description="window that makes the grey image")


class MixedSpec(MaskSpec):
    """Mixed supervision: the drawn masks of a share of the subjects, and masks from saliency of all others."""

    method: Literal["mixed"] = "mixed"
    drawn: float = Field(
        0.2,
        ge=0,
        le=1,
        description="share of the subjects that train, and of those that validate, whose drawn masks are taken, "
        "bleeding or not; those of a smaller share are among those of a larger one, and nobody is who is tested",
    )
    otherwise: "AnyMask" = Field(
        ThresholdSpec(),
        description="mask method for the others, and for slices that nobody drew; one that reads saliency",
    )
    seed: int = Field(0, ge=0, description="seed of the choice of subjects")

    @field_validator("otherwise")
    @classmethod
    def _from_saliency(cls, otherwise: "AnyMask") -> "AnyMask":
        if isinstance(otherwise, MixedSpec) or not otherwise.READS_SALIENCY or otherwise.TELLS_SUBTYPES:
            msg = f"otherwise: {otherwise.method} gives no masks of any bleed from saliency; name a method that does"
            raise ValueError(msg)
        return otherwise


AnyMask = Annotated[
    TruthSpec | HuThresholdSpec | ThresholdSpec | KMeansDifferentialSpec | DenseCrfSpec | MixedSpec,
    Field(discriminator="method"),
]

MixedSpec.model_rebuild()

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
    BY_CLASS: ClassVar[bool] = False  # whether it reads the maps of subtypes, and is told which of them a slice holds
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


SeedsBelow = Annotated[
    float | None,
    Field(
        gt=0,
        lt=1,
        description="share of the highest saliency below which background is sure; a segmenter with loss seeding "
        "learns from that, from what lies above threshold, and from nothing between them; null: no seeds are written",
    ),
]


def _in_order(spec: "ThresholdSpec | DenseCrfSpec") -> None:
    if spec.seeds_below is not None and spec.seeds_below > spec.threshold:
        msg = f"seeds_below {spec.seeds_below} is above threshold {spec.threshold}; give them in ascending order"
        raise ValueError(msg)


class ThresholdSpec(RegionSpec):
    """Saliency above a fixed share of its maximum (spec 2.3 step 1; papers 001 and 004)."""

    method: Literal["threshold"] = "threshold"
    seeds_below: SeedsBelow = None

    @model_validator(mode="after")
    def _seeds_in_order(self) -> Self:
        _in_order(self)
        return self


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

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 5.4: the image is the windowed slice, three equal channels of 0 to 255, not rounded",
    )

    method: Literal["dense_crf"] = "dense_crf"
    space: Literal["slice", "volume"] = Field(
        "slice",
        description="slice: every slice alone, as in paper 004; volume: all slices of a scan that may hold a bleed at "
        "once, in mm of the patient, uneven gaps and tilt as they are",
    )
    unit: Literal["pixel", "mm"] = Field(
        "pixel",
        description="what the two sxy count: pixels of the working grid, or mm; space volume needs mm, and pictures "
        "have none. The defaults are pixels of IRN; at 0.5 mm a pixel they are 1.5 and 25 mm",
    )
    unary: Literal["mask", "map"] = Field(
        "mask", description="mask: thresholded saliency held with gt_prob; map: the saliency is the probability"
    )
    threshold: float = Field(
        0.7, gt=0, lt=1, description="share of the highest saliency; with unary map, where probability is 1/2"
    )
    seeds_below: SeedsBelow = None
    gt_prob: float = Field(0.7, gt=0.5, lt=1, description="certainty of the mask unary")
    gaussian_sxy: float = Field(
        3.0,
        ge=0.5,
        description="standard deviation of the smoothness term, pixels or mm (unit); far below 0.5 the solver crashes",
    )
    gaussian_compat: float = Field(3.0, ge=0, description="weight of the smoothness term")
    bilateral_sxy: float = Field(
        50.0,
        ge=0.5,
        description="spatial standard deviation of the appearance term, pixels or mm (unit); far below 0.5 the solver "
        "crashes. 50 is for pictures of some 500 pixels; on a grid of 128 it takes blood for bone and leaves nothing",
    )
    bilateral_srgb: float = Field(
        5.0,
        ge=1,
        description="grey-value standard deviation of the appearance term, 0..255; far below 1 the solver crashes",
    )
    bilateral_compat: float = Field(10.0, ge=0, description="weight of the appearance term")
    iterations: int = Field(10, ge=1, le=100, description="mean-field iterations")
    window: WindowSpec = Field(WindowSpec(), description="window that makes the grey image")
    workers: int = Field(
        1, ge=1, le=64, description="processes that share the slices of a scan; any number gives the same masks"
    )

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        _in_order(self)
        if self.space == "volume" and self.unit != "mm":
            msg = "space volume with unit pixel, but slices lie mm apart; set unit: mm and give both sxy in mm"
            raise ValueError(msg)
        if self.unit == "mm" and not {"gaussian_sxy", "bilateral_sxy"} <= self.model_fields_set:
            msg = "unit mm, but the defaults of gaussian_sxy and bilateral_sxy are pixels; give both in mm"
            raise ValueError(msg)
        return self


Level = Annotated[int, Field(ge=0, lt=255)]


class SubtypeLevels(Spec):
    """Level of each subtype, of 255 (paper 003, table 4, the proposed network; searched among 25, 50, ..., 200)."""

    iph: Level = Field(75, description="of the highest saliency for IPH in the slice, steps of 1/255")
    ivh: Level = Field(125, description="the same for IVH")
    sah: Level = Field(125, description="the same for SAH")
    sdh: Level = Field(75, description="the same for SDH")
    edh: Level = Field(25, description="the same for EDH")


class SubtypesSpec(SaliencyMaskSpec):
    """The class with the highest saliency of those that a slice holds (Algorithm 1 of paper 003; spec 4.8)."""

    BY_CLASS: ClassVar[bool] = True
    TELLS_SUBTYPES: ClassVar[bool] = True
    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 4.8: a class is told by its operating point (Youden) where its label is not to be seen, and levels are "
        "chosen on tuning subjects",
        "spec 4.8: maps are placed bilinearly at the centres of their cells",
    )

    method: Literal["subtypes"] = "subtypes"
    levels: SubtypeLevels = SubtypeLevels()
    told_by: Literal["classifier", "labels"] = Field(
        "classifier",
        description="what tells the classes of a test slice; labels: its own true labels, as in tables 5 to 8 of paper "
        "003, which no new scan has, so such a row cannot predict",
    )


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
    TruthSpec | HuThresholdSpec | ThresholdSpec | KMeansDifferentialSpec | DenseCrfSpec | SubtypesSpec | MixedSpec,
    Field(discriminator="method"),
]

MixedSpec.model_rebuild()

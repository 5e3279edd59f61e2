"""Slice classifiers: networks that say of a slice which bleeds it shows. One network a file in ``classifiers``."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from bleedmap.config.base import Spec
from bleedmap.config.heads import AnyHead, GapHead
from bleedmap.config.names import Name
from bleedmap.config.processes import Processes, refuse_idle_processes
from bleedmap.config.slices import Windows, WindowSpec
from bleedmap.config.small_resnet import SmallResnetSpec
from bleedmap.config.swin import SwinSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.constants import CLASSES


def _loss_of_slices(training: TrainingSpec) -> TrainingSpec:
    if "labels" not in training.loss.READS:
        msg = f"loss {training.loss.method} compares masks, a classifier has labels; use bce or focal"
        raise ValueError(msg)
    return training


SliceTraining = Annotated[TrainingSpec, AfterValidator(_loss_of_slices)]


class LstmContext(Spec):
    """An LSTM over neighbouring slices that tunes the backbone and is then taken off again (spec 2.2; paper 001)."""

    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 2.2: the LSTM reads average-pooled features of consecutive slices from the foot up and has one linear "
        "output a slice",
        "spec 2.2: a scan is cut into sequences from the foot up; the last one is padded, and padding is masked",
        "spec 2.2: after the LSTM is removed, the head of the slice classifier is put back and refit or reused",
    )

    layers: int = Field(1, ge=1, le=4, description="layers of the LSTM; the paper does not say")
    hidden: int = Field(256, ge=1, description="hidden units a layer and direction; the paper does not say")
    bidirectional: bool = Field(False, description="whether a second LSTM reads from head to foot")
    sequence: int = Field(32, ge=2, description="most consecutive slices of one scan in a sequence (spec 2.2)")
    head: Literal["refit", "reuse"] = Field(
        "refit", description="refit: the head is trained on the tuned, frozen backbone; reuse: it stays as it was"
    )
    training: SliceTraining = Field(
        TrainingSpec(epochs=100, patience=25, optimizer="sgd", learning_rate=1e-3, weight_decay=0, schedule="constant"),
        description="training of LSTM and backbone; its batch counts slices, at least one sequence a step",
    )
    refit: SliceTraining = Field(
        TrainingSpec(epochs=10, weight_decay=0, schedule="constant"), description="training of the head, for head refit"
    )


class ClassifierSpec(Spec):
    """Any timm model as a feature map, or a whole Swin transformer, and a head that makes a logit a class of it."""

    FAMILY: ClassVar[str] = "classifiers"
    RESOLVED: ClassVar[tuple[str, ...]] = (
        "spec 0.1: windows have fixed bounds, whatever range a slice reaches",
        "spec 0.5: training, validation and test are split by patient",
        "spec 3.4: with labels: scan, the operating point is chosen on the highest score of any slice of a scan",
    )

    method: Literal["backbone", "swin", "small_resnet", "unet"] = Field(
        "backbone",
        description="backbone: any timm model, cut off at a stride; swin: a whole Swin transformer (v1); small_resnet: "
        "a residual network of 18 convolutions whose maps have a quarter of the slice's size (paper 002); unet: a timm "
        "model as encoder and a decoder up to stride 4 with a head at every level (paper 003, spec 4.3)",
    )
    backbone: str = Field(
        "resnet101",
        description="timm's name of the model; or alexnet or googlenet, which torchvision has; not read by method "
        "small_resnet",
    )
    swin: SwinSpec | None = Field(None, description="size and shape, for method swin; null: as timm has it")
    small_resnet: SmallResnetSpec | None = Field(
        None, description="its widths, for method small_resnet; null: those of paper 002"
    )
    pretrained: bool | Path = Field(
        False,
        description="weights to start from: false: random; true: timm's published ones (downloads them); or a "
        "safetensors file with timm's names; not read where init_from is given",
    )
    stride: int | None = Field(
        None,
        description="pixels a feature-map cell covers (4, 8, 16, 32): deeper stages are cut off; null: the whole net; "
        "method backbone",
    )
    head: AnyHead = GapHead()
    windows: Windows = Field((WindowSpec(),), description="input channels, one a window; paper 000 uses three, 001 one")
    windows_for: dict[Name, Windows] = Field(
        {},
        description="other windows for the slices of a data set, by its name, as many as windows (spec 1.2: the data "
        "sets of paper 000 have their own)",
    )
    classes: tuple[str, ...] = Field(
        ("any",), description="what is told of a slice: [any], or [any, iph, ivh, sah, sdh, edh]"
    )
    reach: int = Field(
        0, ge=0, le=8, description="neighbouring slices on each side that become input channels too (2.5D; spec 4.2)"
    )
    labels: Literal["slice", "scan"] = Field(
        "slice",
        description="what it learns from; scan: labels of whole scans alone, each a bag of the places of its slices "
        "(multiple instance learning): then no stage learns from a label of a slice",
    )
    bag: int = Field(
        64,
        ge=1,
        description="most slices of a scan in a bag, for labels: scan; of a longer scan others come in each epoch, at "
        "about equal distances",
    )
    init_from: Name | None = Field(
        None,
        description="classifier whose trained weights this one goes on from; what fits by name and shape is taken. It "
        "learns on the same split, or in the only fold of one of other patients",
    )
    learns: Name | None = Field(
        None, description="name under splits of what it learns on; null: the one split that has training subjects"
    )
    training: SliceTraining = Field(
        TrainingSpec(),
        description="training on single slices; left out where context is given and init_from gives every weight",
    )
    head_first: SliceTraining | None = Field(
        None,
        description="training of the head alone, on the frozen backbone, before the one of everything (spec 1.4, "
        "released code); null: none",
    )
    context: LstmContext | None = Field(
        None, description="further training with the neighbouring slices of the scan; null: single slices only"
    )
    processes: Processes = 1

    @model_validator(mode="after")
    def _every_process_has_a_sample(self) -> Self:
        bag = self.bag if self.labels == "scan" else 1
        samples = {"training": max(1, self.training.batch // bag)}
        if self.head_first:
            samples["head_first"] = self.head_first.batch
        if self.context:
            samples["context.training"] = max(1, self.context.training.batch // self.context.sequence)
            samples["context.refit"] = self.context.refit.batch
        refuse_idle_processes(self.processes, samples)
        return self

    @field_validator("classes")
    @classmethod
    def _one_or_all(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        if classes not in (CLASSES[:1], CLASSES):
            msg = f"classes = {', '.join(classes) or 'none'}; they are [any] or [{', '.join(CLASSES)}], in this order"
            raise ValueError(msg)
        return classes

    @model_validator(mode="after")
    def _keys_of_its_own_method(self) -> Self:
        if self.method != "backbone" and self.stride is not None:
            msg = f"stride = {self.stride}; method {self.method} takes a network whole; leave it out"
            raise ValueError(msg)
        if self.method == "small_resnet" and self.pretrained:
            msg = "a small_resnet has no published weights; leave pretrained out"
            raise ValueError(msg)
        if self.method != "small_resnet" and self.small_resnet is not None:
            msg = "small_resnet is read by method small_resnet alone; set method: small_resnet, or leave it out"
            raise ValueError(msg)
        if self.small_resnet and list(self.small_resnet.widths) != sorted(self.small_resnet.widths):
            msg = "widths of a small_resnet do not become smaller from one level to the next; give them in this order"
            raise ValueError(msg)
        if self.method != "swin" and self.swin is not None:
            msg = "swin is read by method swin alone; set method: swin, or leave it out"
            raise ValueError(msg)
        if self.swin and self.pretrained and (self.swin.embed_dim or self.swin.depths or self.swin.num_heads):
            msg = "pretrained weights have timm's own shape; leave embed_dim, depths and num_heads out, or pretrained"
            raise ValueError(msg)
        if wrong := [name for name, windows in self.windows_for.items() if len(windows) != len(self.windows)]:
            msg = f"windows_for.{wrong[0]} has another number of windows than windows, which are {len(self.windows)}"
            raise ValueError(msg)
        if self.labels == "scan" and self.head.pooling == "pair":
            msg = "head pair is of single slices; with labels: scan, use head max, attention, lse or gap"
            raise ValueError(msg)
        if self.labels == "scan" and (self.head_first or self.context or self.training.sampler != "shuffle"):
            msg = "labels: scan has one training, whose scans are shuffled; leave head_first, context and sampler out"
            raise ValueError(msg)
        if self.head_first and self.context:
            msg = "head_first and context are two orders of training; leave one out"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _levels_have_their_loss(self) -> Self:
        for training in (self.training, self.head_first):
            if training and (training.loss.method == "levels") != (self.method == "unet"):
                msg = (
                    f"loss {training.loss.method} for method {self.method}; the heads at all levels of method unet "
                    "learn from loss levels, and from no other network does that loss learn"
                )
                raise ValueError(msg)
        if self.method == "unet" and (self.context or self.labels == "scan"):
            msg = "context and labels: scan are for networks with one head; leave them out of method unet"
            raise ValueError(msg)
        return self

    @field_validator("pretrained")
    @classmethod
    def _never_a_pickle(cls, pretrained: bool | Path) -> bool | Path:
        if isinstance(pretrained, Path) and pretrained.suffix != ".safetensors":
            msg = f"pretrained = {pretrained.name!r}; it is true, false or a .safetensors file (a pickle is never read)"
            raise ValueError(msg)
        return pretrained


AnyClassifier = ClassifierSpec

"""How any network of the project is trained."""

from typing import Literal, Self

from pydantic import Field, model_validator

from bleedmap.config.base import Spec
from bleedmap.config.losses import AnyLoss, BceSpec


class AugmentSpec(Spec):
    """Random changes to a batch of training slices; every draw depends on (seed, epoch, index) alone."""

    flip: bool = Field(True, description="mirror left and right with probability one half")
    rotate_degrees: float = Field(15.0, ge=0, le=180, description="largest rotation either way, degrees")
    scale: float = Field(0.1, ge=0, lt=1, description="largest relative change of size")
    shift: float = Field(0.05, ge=0, lt=1, description="largest shift as a share of the width")
    noise_hu: float = Field(3.0, ge=0, description="largest standard deviation of added Gaussian noise, HU")
    gain: float = Field(0.05, ge=0, lt=1, description="largest relative change of HU (scanner calibration)")
    shear: float = Field(0.0, ge=0, lt=1, description="largest shear, columns a row either way (paper 002: 0.05)")
    offset_hu: float = Field(0.0, ge=0, description="largest number added to all HU or taken from them (paper 002)")
    blur: float = Field(
        0.0,
        ge=0,
        le=0.7,
        description="largest deviation of a Gaussian blur, pixels, in half of the samples (paper 002)",
    )
    sharpen: float = Field(
        0.0, ge=0, le=1, description="largest share of its Laplacian that is taken from the other half (paper 002)"
    )
    flip_rows: bool = Field(False, description="mirror top and bottom with probability one half (paper 004)")
    right_angles: bool = Field(
        False, description="turn by 0, 90, 180 or 270 degrees first, each as likely (paper 004); pictures are square"
    )
    least_noise_hu: float = Field(
        0.0,
        ge=0,
        description="smallest standard deviation of added noise, HU, at most noise_hu (paper 004: 0.3 to 0.7 of a "
        "standardised picture, which is 7 to 16 HU of a brain window 80 HU wide whose grey values are spread evenly)",
    )

    @model_validator(mode="after")
    def _noise_in_order(self) -> Self:
        if self.least_noise_hu > self.noise_hu:
            msg = (
                f"least_noise_hu {self.least_noise_hu} is above noise_hu {self.noise_hu}; give them in ascending order"
            )
            raise ValueError(msg)
        return self


class TrainingSpec(Spec):
    """Length, stopping, optimiser, loss and number format of one training."""

    epochs: int = Field(30, ge=1, description="largest number of passes over the training data")
    patience: int = Field(10, ge=1, description="epochs without a better monitored value before stopping")
    monitor: Literal["validation_loss", "metric"] = Field(
        "validation_loss",
        description="value that picks the best epoch; metric: AUROC of a classifier, Dice of a segmenter (validation)",
    )
    batch: int = Field(32, ge=1, description="slices (classifier) or patches (segmenter) a step")
    sampler: Literal["shuffle", "balanced", "balanced_once"] = Field(
        "shuffle",
        description="balanced: slices with and without a bleed are drawn equally often, with replacement; "
        "balanced_once: in each epoch twice as many slices as bleed, none of them twice (spec 1.4); classifiers",
    )
    loss: AnyLoss = Field(BceSpec(), description="its short name, such as focal, or a mapping with its keys")
    optimizer: Literal["adamw", "adam", "sgd"] = Field("adamw", description="sgd has momentum 0.9")
    learning_rate: float = Field(1e-3, gt=0, description="peak learning rate")
    weight_decay: float = Field(1e-4, ge=0, description="weight decay")
    schedule: Literal["constant", "step", "poly", "cosine"] = Field(
        "cosine", description="learning rate after warm-up; cosine and poly end at zero with the last epoch"
    )
    warm_up: float = Field(
        0.05, ge=0, lt=1, description="share of all steps in which the rate rises to its peak; constant has none"
    )
    step_epochs: tuple[int, ...] = Field((20, 30), description="epochs after which step lowers the rate")
    step_factor: float = Field(0.1, gt=0, le=1, description="factor on the rate at each of step_epochs")
    poly_power: float = Field(0.9, gt=0, description="exponent of poly: (1 - share of steps done) ** power")
    clip_norm: float | None = Field(None, gt=0, description="gradients are scaled down to this L2 norm; null: off")
    ema: float | None = Field(
        None, gt=0, lt=1, description="decay a step of the moving average of weights that is kept; null: off"
    )
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = Field(
        "32-true", description="number format of the forward pass (Lightning Fabric's names)"
    )
    workers: int = Field(0, ge=0, description="threads that prepare batches ahead; any number gives the same bytes")
    collapse_auroc: float | None = Field(
        0.55,
        ge=0,
        le=1,
        description="a classifier whose validation AUROC never passed this in five or more epochs, on 100 or more "
        "slices of each class, is refused as untrained; null: never",
    )
    augment: AugmentSpec = AugmentSpec()

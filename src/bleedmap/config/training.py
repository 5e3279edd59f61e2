"""How any network of the project is trained."""

from typing import Literal

from pydantic import Field

from bleedmap.config.base import Spec


class AugmentSpec(Spec):
    """Random changes to a batch of training slices; every draw depends on (seed, epoch, index) alone."""

    flip: bool = Field(True, description="mirror left and right with probability one half")
    rotate_degrees: float = Field(15.0, ge=0, le=180, description="largest rotation either way, degrees")
    scale: float = Field(0.1, ge=0, lt=1, description="largest relative change of size")
    shift: float = Field(0.05, ge=0, lt=1, description="largest shift as a share of the width")
    noise_hu: float = Field(3.0, ge=0, description="largest standard deviation of added Gaussian noise, HU")
    gain: float = Field(0.05, ge=0, lt=1, description="largest relative change of HU (scanner calibration)")


class TrainingSpec(Spec):
    """Optimiser, length and stopping of one training."""

    epochs: int = Field(30, ge=1, description="largest number of passes over the training data")
    patience: int = Field(10, ge=1, description="epochs without a better validation value before stopping")
    batch: int = Field(32, ge=1, description="slices (classifier) or patches (segmenter) a step")
    optimizer: Literal["adamw", "adam", "sgd"] = Field("adamw", description="sgd has momentum 0.9")
    learning_rate: float = Field(1e-3, gt=0, description="peak learning rate")
    weight_decay: float = Field(1e-4, ge=0, description="weight decay")
    schedule: Literal["constant", "cosine"] = Field(
        "cosine", description="cosine: up in a twentieth of the steps, then down to zero along a half cosine"
    )
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = Field(
        "32-true", description="number format of the forward pass (Lightning Fabric's names)"
    )
    augment: AugmentSpec = AugmentSpec()

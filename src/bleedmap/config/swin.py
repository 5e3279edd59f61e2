"""Size and shape of Swin transformers."""

from typing import Self

from pydantic import Field, model_validator

from bleedmap.config.base import Spec


class SwinSpec(Spec):
    """Size and shape of a Swin transformer; what is null is as timm has it under that name."""

    image: int | None = Field(
        None,
        ge=32,
        multiple_of=4,
        description="rows and columns it is built for, pixels; slices of another size are resized (paper 000: 384)",
    )
    window: int | None = Field(None, ge=2, description="side of an attention window, tokens (paper 000: 12)")
    embed_dim: int | None = Field(None, ge=1, description="channels of the first stage")
    depths: tuple[int, ...] | None = Field(None, description="blocks of each stage, even numbers")
    num_heads: tuple[int, ...] | None = Field(None, description="attention heads of each stage")

    @model_validator(mode="after")
    def _stages_agree(self) -> Self:
        if any(depth < 2 or depth % 2 for depth in self.depths or ()):
            msg = f"depths = {list(self.depths or ())}; blocks come in pairs, so each stage has 2, 4, 6, ..."
            raise ValueError(msg)
        if self.depths and self.num_heads and len(self.depths) != len(self.num_heads):
            msg = (
                f"depths has {len(self.depths)} stages and num_heads {len(self.num_heads)}; give both a number a stage"
            )
            raise ValueError(msg)
        return self

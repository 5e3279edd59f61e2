"""Widths of the small residual network."""

from pydantic import Field

from bleedmap.config.base import Spec


class SmallResnetSpec(Spec):
    """The small residual network of paper 002: three levels of three residual blocks of two convolutions each."""

    widths: tuple[int, int, int] = Field(
        (12, 24, 36),
        description="channels of the three levels, no fewer from one to the next (the paper does not print them; those "
        "of its released code, spec 3.3)",
    )

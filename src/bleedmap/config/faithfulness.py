"""How saliency maps are measured without masks."""

from pydantic import Field

from bleedmap.config.base import Spec


class FaithfulnessSpec(Spec):
    """How far maps show what their classifier goes by: deletion, insertion, pointing game, randomisation."""

    slices: int = Field(
        24, ge=1, description="bleeding slices a class and fold that are measured, dealt over the test subjects in turn"
    )
    steps: int = Field(
        20, ge=1, description="steps in which the brain is deleted and inserted (Petsiuk 2018: 224 at 224 pixels)"
    )
    shuffles: int = Field(
        5, ge=1, description="times that the classifier's weights are shuffled for randomisation, which is the mean"
    )

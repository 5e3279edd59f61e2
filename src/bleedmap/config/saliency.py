"""Saliency methods: where the classifier looked. One model a file in ``bleedmap/saliency``."""

from typing import Literal

from bleedmap.config.base import Spec


class CamSpec(Spec):
    """Class activation map: the head's weights over the last feature map (spec 2.2 step 3; Zhou 2016)."""

    method: Literal["cam"] = "cam"


AnySaliency = CamSpec

"""Size of the gradient of a class at every pixel of the network's input (Simonyan 2014; spec 4.7)."""

from collections.abc import Sequence

from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import InputGradientSpec
from bleedmap.saliency.at_input import input_gradients, size
from bleedmap.saliency.gradients import in_parts


def explain(spec: InputGradientSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """Sum over the input channels of the size of the gradient of a class's logit.

    Args:
        spec: how many slices go through the network at once.
        classifier: any.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, H, W) float32, at least 0.
    """
    return _explain(spec, classifier, hu, [target])[:, 0]


def explain_classes(spec: InputGradientSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W), from one forward pass and a backward pass each."""
    return _explain(spec, classifier, hu, range(len(classifier.classes)))


def _explain(spec: InputGradientSpec, classifier: SliceClassifier, hu: Tensor, targets: Sequence[int]) -> Tensor:
    def explain_part(part: Tensor) -> Tensor:
        return size(input_gradients(classifier, part, targets)[1])

    return in_parts(explain_part, hu, len(targets), at_once=spec.internal_batch)

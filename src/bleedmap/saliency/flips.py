"""Maps that do not depend on the side: mean over a slice and its mirror image (spec 5.3)."""

from torch import Tensor

from bleedmap import saliency
from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import FlipsSpec

COLUMNS = -1


def explain(spec: FlipsSpec, classifier: SliceClassifier, hu: Tensor, target: int) -> Tensor:
    """Mean of the map of a slice and of the map of its left-right mirror image, mirrored back.

    Args:
        spec: the method that is asked twice.
        classifier: a trained classifier.
        hu: (B, 2 reach + 1, H, W) float32 HU.
        target: index of the class.

    Returns:
        (B, H, W) float32, at least 0.
    """
    plain = saliency.explain(spec.of, classifier, hu, target)
    mirrored = saliency.explain(spec.of, classifier, hu.flip(COLUMNS), target)
    return (plain + mirrored.flip(COLUMNS)) / 2


def explain_classes(spec: FlipsSpec, classifier: SliceClassifier, hu: Tensor) -> Tensor:
    """The same of every class, (B, K, H, W)."""
    plain = saliency.explain_classes(spec.of, classifier, hu)
    mirrored = saliency.explain_classes(spec.of, classifier, hu.flip(COLUMNS))
    return (plain + mirrored.flip(COLUMNS)) / 2

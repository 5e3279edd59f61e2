"""What of a segmenter's config its training depends on: a change of anything else retrains nothing."""

from bleedmap.config.segmenters import AnySegmenter

AFTER_TRAINING = ("threshold", "min_component_ml", "tta_flip")
BY_PATH = ("learns",)  # the split is an input of its own, and says so in the path of every model


def training_json(spec: AnySegmenter) -> str:
    """Canonical JSON of the keys that a training depends on: what travels to the training rule."""
    return spec.model_dump_json(exclude={*AFTER_TRAINING, *BY_PATH})


def training_spec(spec: AnySegmenter) -> AnySegmenter:
    """The spec that is trained and that the model file holds: the other keys have their defaults."""
    return type(spec).model_validate_json(training_json(spec))

"""A classifier that goes on from another one's trained weights."""

from pathlib import Path

from safetensors.torch import load_file

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.taken import Taken, fitting
from bleedmap.errors import TrainingError


def init_from(model: SliceClassifier, path: Path) -> Taken:
    """Take every tensor of another classifier whose name and shape fit; the others stay as they are.

    Args:
        model: the network that is about to be trained.
        path: the other classifier, safetensors.

    Raises:
        TrainingError: nothing fits.
    """
    given = load_file(path)
    taken = fitting(given, model.state_dict())
    if not taken.taken:
        raise TrainingError(
            "nothing-fits",
            found="no tensor of the classifier named as init_from with a name and shape of the new one's own",
            expected="at least one",
            remedy="give both the same backbone, or leave init_from out",
        )
    model.load_state_dict({name: given[name] for name in taken.taken}, strict=False)
    return taken

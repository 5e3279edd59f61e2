"""What the plan knows about the making of a bundle."""

from bleedmap.config.base import Spec


class Learner(Spec):
    """What a network, or a choice of values, was made on.

    Args:
        part: ``classifier``, ``segmenter``, or ``scores``: who was tested.
        component: its name in the config; the row's own for scores.
        split: split whose subjects it is.
        fold: fold of that split.
        dataset: their data set.
    """

    part: str
    component: str
    split: str
    fold: int
    dataset: str


class AboutSpec(Spec):
    """What the plan knows about the making of a bundle.

    Args:
        seed: of the run.
        adapters: kind of each data set, by name, in the order of the tables of scans.
        splits: names, in the order of the split files.
        learners: networks and scores, in the order of the folds.
    """

    seed: int
    adapters: dict[str, str]
    splits: tuple[str, ...]
    learners: tuple[Learner, ...]

    def mask_makers(self) -> list[Learner]:
        """The networks that make the mask, one a fold: segmenters, or classifiers where there are none."""
        parts = {each.part for each in self.learners}
        return [each for each in self.learners if each.part == ("segmenter" if "segmenter" in parts else "classifier")]

    @property
    def is_simulated(self) -> bool:
        """Whether no patient's scan is among the data."""
        return set(self.adapters.values()) == {"phantom"}

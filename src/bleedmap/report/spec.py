"""What a picture or the page is about, in words; the files come beside it, in the same order."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from bleedmap.config.base import Spec
from bleedmap.config.names import NONE

TEMPLATE = Path(__file__).with_name("page.html.j2")

STEPS = ("classifier", "saliency", "mask", "detector", "segmenter")

# the config and the results tree say "none"
Step = Annotated[str | None, BeforeValidator(lambda name: None if name == NONE else name)]


class Row(Spec):
    """One method: its path of component names, where it is scored, and whether it has seen drawn masks in training.

    Args:
        name: of the method.
        classifier: component of the path, None (also given as ``none``) where the method does without; so are the
            next four.
        saliency: see ``classifier``.
        mask: see ``classifier``.
        detector: see ``classifier``; a method with one finds points, any other finds masks.
        segmenter: see ``classifier``.
        scored: splits whose test subjects it is scored on.
        supervised: whether it has learned from drawn masks.
    """

    name: str
    classifier: Step = None
    saliency: Step = None
    mask: Step = None
    detector: Step = None
    segmenter: Step = None
    scored: tuple[str, ...]
    supervised: bool = False

    @property
    def heatmap(self) -> str | None:
        """Name of the saliency map that the method reads."""
        return f"{self.classifier}/{self.saliency}" if self.saliency else None

    @property
    def path(self) -> dict[str, str]:
        """Component names by kind as in the results tree, ``none`` for what is left out."""
        return {kind: getattr(self, kind) or NONE for kind in STEPS}

    @property
    def steps(self) -> list[str]:
        """The components that the path names."""
        return [name for name in self.path.values() if name != NONE]


class OverlaySpec(Spec):
    """What the pictures of one split show.

    Args:
        rows: the methods that are scored on the split.
        slices: number of slices.
    """

    rows: tuple[Row, ...]
    slices: int

    @property
    def heatmaps(self) -> list[str]:
        """Distinct saliency maps, in the order of the methods."""
        return list(dict.fromkeys(row.heatmap for row in self.rows if row.heatmap))

    @property
    def masks(self) -> list[str]:
        """Methods that find masks."""
        return [row.name for row in self.rows if row.detector is None]

    @property
    def points(self) -> list[str]:
        """Methods that find points."""
        return [row.name for row in self.rows if row.detector is not None]

    @property
    def hero(self) -> Row:
        """The method shown step by step: the first with a mask, saliency and a segmenter, or the nearest to that."""
        return max(
            self.rows, key=lambda row: (row.detector is None, row.heatmap is not None, row.segmenter is not None)
        )


class Split(Spec):
    """A split of a data set's subjects.

    Args:
        name: of the split.
        dataset: whose subjects it deals out.
        run: folds that were run, ascending.
        folds: number of folds there are.
    """

    name: str
    dataset: str
    run: tuple[int, ...]
    folds: int


class Network(Spec):
    """A trained network, one a fold that was run of the split that it learned on."""

    name: str
    split: str


class PageSpec(Spec):
    """What the page is about.

    Args:
        rows: the methods.
        splits: all splits that something is learned or scored on.
        networks: all trained networks.
    """

    rows: tuple[Row, ...]
    splits: tuple[Split, ...]
    networks: tuple[Network, ...]

    @property
    def datasets(self) -> list[str]:
        """All data sets, in the order of the splits."""
        return list(dict.fromkeys(split.dataset for split in self.splits))

    @property
    def pictured(self) -> list[tuple[Split, int]]:
        """Every split that methods are scored on, with each of its folds: one pair of pictures each."""
        scored = {name for row in self.rows for name in row.scored}
        return [(split, fold) for split in self.splits if split.name in scored for fold in split.run]

    @property
    def trained(self) -> list[tuple[Network, int]]:
        """Every network in every fold of its split: one training history each."""
        folds = {split.name: split.run for split in self.splits}
        return [(network, fold) for network in self.networks for fold in folds[network.split]]

    def scored_on(self, split: Split) -> list[str]:
        """Methods that are scored on a split."""
        return [row.name for row in self.rows if split.name in row.scored]

    def learned_on(self, split: Split) -> list[str]:
        """Networks that learned on a split."""
        return [network.name for network in self.networks if network.split == split.name]

"""What a picture or the page is about, in words; the files come beside it, in the same order."""

from pathlib import Path

from bleedmap.config.base import Spec
from bleedmap.config.names import NONE
from bleedmap.config.workflow import Config

TEMPLATE = Path(__file__).with_name("page.html.j2")


class Row(Spec):
    """One method: its path of component names, and whether it has seen drawn masks in training."""

    name: str
    classifier: str
    saliency: str
    mask: str
    segmenter: str
    supervised: bool

    @property
    def heatmap(self) -> str | None:
        """Name of the saliency map that the method reads."""
        return None if self.saliency == NONE else f"{self.classifier}/{self.saliency}"

    @property
    def path(self) -> dict[str, str]:
        """Component names by kind, ``none`` included, as in the results tree."""
        return self.model_dump(include={"classifier", "saliency", "mask", "segmenter"})

    @property
    def steps(self) -> list[str]:
        """The components that the path names."""
        return [name for name in (self.classifier, self.saliency, self.mask, self.segmenter) if name != NONE]


class OverlaySpec(Spec):
    """What the pictures of one data set show.

    Args:
        rows: the methods.
        slices: number of slices.
    """

    rows: tuple[Row, ...]
    slices: int

    @property
    def heatmaps(self) -> list[str]:
        """Distinct saliency maps, in the order of the methods."""
        return list(dict.fromkeys(row.heatmap for row in self.rows if row.heatmap))

    @property
    def hero(self) -> Row:
        """The method shown step by step: the first with saliency and a segmenter, or the nearest to that."""
        return max(self.rows, key=lambda row: (row.heatmap is not None, row.segmenter != NONE))


class PageSpec(Spec):
    """What the page is about.

    Args:
        rows: the methods.
        train: data set that networks are trained on.
        test: data sets that methods are scored on.
        folds: folds that were run.
        fold_count: parts that the subjects are split into.
        networks: names of all trained networks.
    """

    rows: tuple[Row, ...]
    train: str
    test: tuple[str, ...]
    folds: tuple[int, ...]
    fold_count: int
    networks: tuple[str, ...]

    @property
    def datasets(self) -> list[str]:
        """All data sets, the one trained on first."""
        return list(dict.fromkeys([self.train, *self.test]))


def rows_of(config: Config) -> tuple[Row, ...]:
    """The methods of a config."""
    return tuple(
        Row(name=name, supervised=config.masks[method.mask].method == "truth", **method.model_dump())
        for name, method in config.methods.items()
    )

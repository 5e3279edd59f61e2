"""Which files the pictures and the page are made from."""

from dataclasses import dataclass
from functools import cached_property

from bleedmap.config.names import NONE
from bleedmap.plan import Files, Names, Plan, as_options
from bleedmap.report.spec import TEMPLATE, OverlaySpec, PageSpec, Row, rows_of


@dataclass(frozen=True)
class ReportPlan:
    """What the rules of the report ask.

    Args:
        plan: the plan of all other rules.
    """

    plan: Plan

    @cached_property
    def overlays(self) -> OverlaySpec:
        """What the pictures show."""
        return OverlaySpec(rows=rows_of(self.plan.config), slices=self.plan.config.report.overlays)

    @cached_property
    def page(self) -> PageSpec:
        """What the page is about."""
        config = self.plan.config
        return PageSpec(
            rows=self.overlays.rows,
            train=config.train,
            test=tuple(dict.fromkeys(config.test)),
            folds=config.folds.indices,
            fold_count=config.folds.count,
            networks=tuple(self._networks),
        )

    def overlay_inputs(self, wildcards: Names) -> Files:
        """Slices, heatmaps and masks of a data set: all shards of one heatmap or method, then all of the next."""
        names = {"dataset": wildcards["dataset"], "fold": wildcards["fold"]}
        paths, rows, hero = self.plan.paths, self.overlays.rows, self.overlays.hero
        inputs: Files = {
            "slices": self.plan.over_shards(paths.slices, **names),
            "predictions": [file for row in rows for file in self._predictions(row, names)],
            "folds": paths.folds,
        }
        if explained := {row.heatmap: row for row in reversed(rows) if row.heatmap}:
            readers = [explained[name] for name in self.overlays.heatmaps]
            shards = [self.plan.over_shards(paths.maps, **names, **row.path) for row in readers]
            inputs["maps"] = [file for files in shards for file in files]
            inputs["scores"] = paths.slice_scores.format(**names, **readers[0].path)
        if hero.heatmap and hero.segmenter != NONE:
            inputs["masks"] = self.plan.over_shards(paths.masks, **names, **hero.path)
        return inputs

    def overlay_options(self, wildcards: Names) -> str:
        """Options of the overlay program for inputs that not every config has."""
        return as_options(self.overlay_inputs(wildcards), ("maps", "scores", "masks"))

    def page_inputs(self) -> Files:
        """Everything the page shows, in the order of ``page``."""
        paths, page = self.plan.paths, self.page
        pairs = [{"dataset": dataset, "fold": fold} for dataset in page.test for fold in page.folds]
        inputs: Files = {
            "board": paths.leaderboard,
            "comparisons": paths.comparisons,
            "scores": self.plan.all_scores(),
            "scans": [paths.scans.format(dataset=name) for name in page.datasets],
            "rejected": [paths.rejected.format(dataset=name) for name in page.datasets],
            "overlays": [paths.overlays.format(**pair) for pair in pairs],
            "heroes": [paths.hero.format(**pair) for pair in pairs],
        }
        if self._networks:
            folders = [
                pattern.format(fold=fold, **path) for pattern, path in self._networks.values() for fold in page.folds
            ]
            inputs["histories"] = [f"{folder}/history.csv" for folder in folders]
        return inputs

    def page_options(self) -> str:
        """Options of the page program for inputs that not every config has."""
        return as_options(self.page_inputs(), ("histories",))

    def page_digest(self) -> str:
        """Code behind the page, its template included."""
        return self.plan.page_digest("report.py", TEMPLATE)

    def _predictions(self, row: Row, names: Names) -> list[str]:
        pattern = self.plan.paths.masks if row.segmenter == NONE else self.plan.paths.predictions
        return self.plan.over_shards(pattern, **names, **row.path)

    @cached_property
    def _networks(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Every network that the methods need: its name, the pattern of its folder and the names in that."""
        rows, paths = self.overlays.rows, self.plan.paths
        classifiers = {row.classifier: (paths.classifier, row.path) for row in rows if row.classifier != NONE}
        segmenters = {
            f"{row.segmenter} on {' / '.join(row.steps[:-1])}": (paths.segmenter, row.path)
            for row in rows
            if row.segmenter != NONE
        }
        return classifiers | segmenters

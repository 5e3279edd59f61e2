"""Which files the pictures and the page are made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bleedmap.config.names import NONE
from bleedmap.plan.core import Files, Names, Plan
from bleedmap.plan.rows import RowNames, as_taught, row_names, scored_folds
from bleedmap.plan.scores import ScorePlan
from bleedmap.provenance.files import file_digest
from bleedmap.report.spec import STEPS, TEMPLATE, Network, OverlaySpec, PageSpec, Row, Split
from bleedmap.splits.choices import dataset_of, folds_to_run, scored


@dataclass(frozen=True)
class ReportPlan:
    """Pictures and page.

    Args:
        plan: what all rules share.
    """

    plan: Plan

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The methods of the config."""
        config = self.plan.config
        return tuple(
            Row(
                name=name,
                **{kind: None if getattr(row, kind) == NONE else getattr(row, kind) for kind in STEPS},
                scored=scored(config, name),
                supervised=row.mask != NONE and config.masks[row.mask].method == "truth",
            )
            for name, row in config.methods.items()
        )

    @cached_property
    def page(self) -> PageSpec:
        """What the page is about."""
        config = self.plan.config
        splits = (
            Split(name=name, dataset=dataset_of(config, name), run=folds_to_run(spec), folds=spec.folds)
            for name, spec in config.splits.items()
        )
        networks = {name: Network(name=name, split=split) for name, split, _ in self._networks()}
        return PageSpec(rows=self.rows, splits=tuple(splits), networks=tuple(networks.values()))

    def overlays(self, split: str) -> OverlaySpec:
        """What the pictures of a split show."""
        rows = tuple(row for row in self.rows if split in row.scored)
        return OverlaySpec(rows=rows, slices=self.plan.config.report.overlays)

    def overlay_spec(self, wildcards: Names) -> str:
        """What the pictures of a split show, as JSON."""
        return self.overlays(wildcards["split"]).to_json()

    def overlay_inputs(self, wildcards: Names) -> Files:
        """Slices, heatmaps and masks of a fold: all shards of one heatmap or method, then all of the next."""
        plan, paths, spec = self.plan, self.plan.paths, self.overlays(wildcards["split"])
        names = {
            row.name: row_names(plan.config, row.name, wildcards["split"], int(wildcards["fold"])) for row in spec.rows
        }
        about = next(iter(names.values()))
        inputs: Files = {
            "slices": plan.over_shards(paths.slices, **about),
            "predictions": self._found(names, spec.masks),
            "points": self._found(names, spec.points),
            "split": paths.split.format(**about),
        }
        if explained := {row.heatmap: names[row.name] for row in reversed(spec.rows) if row.heatmap}:
            readers = [explained[name] for name in spec.heatmaps]
            inputs["maps"] = [file for reader in readers for file in plan.over_shards(paths.maps, **reader)]
            inputs["scores"] = paths.slice_scores.format(**readers[0])
        if spec.hero.heatmap and spec.hero.segmenter and self._learns_here(names[spec.hero.name]):
            inputs["masks"] = plan.over_shards(paths.masks, **names[spec.hero.name])
        return {name: files for name, files in inputs.items() if files}

    def _found(self, names: dict[str, RowNames], rows: list[str]) -> list[str]:
        return [file for row in rows for file in ScorePlan(self.plan).found(names[row])]

    @staticmethod
    def _learns_here(names: RowNames) -> bool:
        """Whether a segmenter's pseudo masks are of the data set that the pictures show."""
        return (names["taught"], names["taught_fold"]) == (names["split"], names["fold"])

    def page_inputs(self) -> Files:
        """Everything the page shows, in the order of ``page``."""
        paths, page = self.plan.paths, self.page
        pictured = [{"split": split.name, "fold": fold} for split, fold in page.pictured]
        inputs: Files = {
            "board": paths.leaderboard,
            "comparisons": paths.comparisons,
            "scores": ScorePlan(self.plan).all_scores(),
            "scans": [paths.scans.format(dataset=name) for name in page.datasets],
            "rejected": [paths.rejected.format(dataset=name) for name in page.datasets],
            "overlays": [paths.overlays.format(**names) for names in pictured],
            "heroes": [paths.hero.format(**names) for names in pictured],
            "histories": self._histories(),
            "paper": [paths.paper] if self.printed() else [],
        }
        return {name: files for name, files in inputs.items() if files}

    def printed(self) -> list[str]:
        """File of the values that a paper prints; none where the config names none."""
        printed = self.plan.config.report.printed
        return [] if printed is None else [self.plan.own(str(self.plan.house / printed))]

    def _histories(self) -> list[str]:
        """Training history of every network in every fold of its split, in the order of ``page.trained``."""
        folders = {name: folder for name, _, folder in self._networks()}
        return [f"{folders[network.name].format(fold=fold)}/history.csv" for network, fold in self.page.trained]

    def _networks(self) -> Iterator[tuple[str, str, str]]:
        """Every network: its name, the split that it learns on, and its folder with the fold left open."""
        config, paths = self.plan.config, self.plan.paths
        for row in self.rows:
            names = row_names(config, row.name, *next(scored_folds(config, row.name)))
            if row.classifier:
                yield row.classifier, names["learnt"], paths.classifier.format(**names | {"learnt_fold": "{fold}"})
        for row in self.rows:
            names = row_names(config, row.name, *next(scored_folds(config, row.name)))
            if row.segmenter:
                taught = as_taught(config, names)
                fold = {"taught_fold": "{fold}"}
                if names["learnt"] == names["taught"]:
                    fold["learnt_fold"] = "{fold}"
                name = f"{row.segmenter} on {' / '.join(row.steps[:-1])}"
                yield name, names["taught"], paths.segmenter.format(**taught | fold)

    def page_code(self) -> str:
        """Code behind the page, its template included."""
        return f"{self.plan.digest('report.py')}-{file_digest(TEMPLATE)[:16]}"

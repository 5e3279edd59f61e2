"""Settings and files of a row of the config that becomes a bundle, from the config alone."""

from collections.abc import Sequence

from bleedmap.bundle.settings import BundleSettings, plain_classifier, require_unlabelled
from bleedmap.config.names import NONE, nearest
from bleedmap.config.workflow import Config
from bleedmap.errors import ConfigError
from bleedmap.paths import Paths
from bleedmap.plan.rows import RowNames, row_names, scored_folds


def chosen_folds(config: Config, row: str, split: str | None, fold: int | None) -> tuple[str, int]:
    """Split and fold of a row: those that are named, or the first that it was scored in.

    Raises:
        ConfigError: ``unknown-method``, ``not-scored``.
    """
    if row not in config.methods:
        raise ConfigError(
            "unknown-method",
            found=f"method {row!r}",
            expected="a method of the config",
            remedy=f"correct it: {nearest(row, config.methods)}",
        )
    fitting = [pair for pair in scored_folds(config, row) if split in (None, pair[0]) and fold in (None, pair[1])]
    if not fitting:
        raise not_scored(config, row)
    return fitting[0]


def not_scored(config: Config, row: str) -> ConfigError:
    """The fault of a split or fold that is none of a row's."""
    return ConfigError(
        "not-scored",
        found="a split or fold that this method was not scored in",
        expected=", ".join(f"{one} fold {number}" for one, number in scored_folds(config, row)),
        remedy="name one of these",
    )


def bundle_settings(config: Config, row: str, split: str, folds: Sequence[int]) -> BundleSettings:
    """What a bundle of a row says of its method.

    Raises:
        ConfigError: ``no-mask``: the row ends in points; ``needs-labels``.
    """
    method, names = config.methods[row], row_names(config, row, split, folds[0])
    if method.detector != NONE:
        raise ConfigError(
            "no-mask",
            found=f"method {row!r}, which ends in points",
            expected="a method that ends in a mask",
            remedy="name another row",
        )
    segmenter = None if method.segmenter == NONE else config.segmenters[method.segmenter]
    enhancement = NONE if segmenter is None else segmenter.enhancement
    is_mask = segmenter is None
    settings = BundleSettings(
        method=row,
        modality="mr" if getattr(config.datasets[names["dataset"]], "modality", "ct") == "mr" else "hu",
        folds=tuple(folds),
        scan_mb=config.scan_mb,
        brain=config.brain,
        slices=config.slices,
        classifier=None if method.classifier == NONE else plain_classifier(config.classifiers[method.classifier]),
        saliency=config.saliency[method.saliency] if is_mask and method.saliency != NONE else None,
        mask=config.masks[method.mask] if is_mask else None,
        segmenter=None if segmenter is None else segmenter.model_copy(update={"learns": None}),
        enhancement=None if enhancement == NONE else config.enhancements[enhancement],
        searched=_searched(config, names),
    )
    require_unlabelled(settings)
    return settings


def bundle_files(config: Config, row: str, split: str, folds: Sequence[int]) -> dict[str, list[str]]:
    """Files of a row in the results tree, one a fold, by the names of ``RowFiles``; none where it has no such step."""
    paths, found = Paths(config.results), dict[str, list[str]]()
    for fold in folds:
        names = row_names(config, row, split, fold)
        own = {"classifier": paths.classifier_model, "operating_point": paths.operating_point}
        patterns = own if names["classifier"] != NONE else {}
        if names["segmenter"] != NONE:
            patterns = {**patterns, "segmenter": paths.segmenter_model}
        if _searched(config, names):
            patterns = {**patterns, "tuned": paths.tuned_mask if names["segmenter"] == NONE else paths.tuned_segmenter}
        for name, pattern in patterns.items():
            found.setdefault(name, []).append(pattern.format(**names))
    return found


def _searched(config: Config, names: RowNames) -> tuple[str, ...]:
    """Keys of a row's last step whose values are chosen in each fold."""
    family, name = ("masks", names["mask"]) if names["segmenter"] == NONE else ("segmenters", names["segmenter"])
    return tuple(sorted(config.searches.get(family, {}).get(name, {})))

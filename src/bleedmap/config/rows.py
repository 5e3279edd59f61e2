"""Rows of the leaderboard: paths through components by name, on which subjects they are scored, and if that can be."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from bleedmap.config.base import Spec
from bleedmap.config.chains import chain
from bleedmap.config.elsewhere import check_learnt_elsewhere
from bleedmap.config.modalities import check_modalities
from bleedmap.config.names import NONE, Name, check_known
from bleedmap.config.splits import tunes

if TYPE_CHECKING:
    from bleedmap.config.workflow import Config

_STEPS = {"classifier": "classifiers", "saliency": "saliency", "mask": "masks"}
_STEPS |= {"detector": "detectors", "segmenter": "segmenters"}


def _as_list(value: Any) -> Any:  # noqa: ANN401
    return (value,) if isinstance(value, str) else value


_SplitNames = Annotated[
    tuple[Name, ...] | None, BeforeValidator(_as_list, json_schema_input_type=Name | tuple[Name, ...] | None)
]


class MethodSpec(Spec):
    """One row of the leaderboard: a path of component names; ``none`` where a step is left out."""

    classifier: Name = Field(NONE, description="name under classifiers")
    saliency: Name = Field(NONE, description="name under saliency")
    mask: Name = Field(NONE, description="name under masks; none: the row ends in points")
    detector: Name = Field(NONE, description="name under detectors; none: the row ends in masks")
    segmenter: Name = Field(NONE, description="name under segmenters")
    scored: _SplitNames = Field(
        None, description="name or names under splits of who is tested; null: every split that has test subjects"
    )


def check_row(key: str, row: MethodSpec, parts: "Config") -> None:
    """See that a row is a path that can be walked, and that no patient is learnt from and tested.

    Args:
        key: the row's place in the config, such as ``methods.cam-crf``.
        row: the row, with the splits that it is scored on filled in.
        parts: the whole config, names included.

    Raises:
        ValueError: one sentence on what does not fit.
    """
    for step, family in _STEPS.items():
        name = getattr(row, step)
        if name != NONE:
            check_known(f"{key}.{step}", family, name, getattr(parts, family))
    _check_end(key, row)
    _check_path(key, row, parts)
    _check_scored(key, row, parts)
    for split in row.scored or ():
        _check_networks(key, row, split, parts)
        _check_searches(key, row, split, parts)
        check_modalities(key, row, split, _masked(row, split, parts), parts)


def _check_end(key: str, row: MethodSpec) -> None:
    if row.mask == NONE and row.detector == NONE:
        msg = f"{key} ends in nothing; name a mask, or a detector for points"
        raise ValueError(msg)
    if row.detector != NONE and (row.mask != NONE or row.segmenter != NONE):
        msg = f"{key} ends in points and in masks; leave out the detector, or mask and segmenter"
        raise ValueError(msg)


def _check_scored(key: str, row: MethodSpec, parts: "Config") -> None:
    """Tables of scores name data sets, not splits, so a subject scored twice could not be told apart."""
    datasets: dict[str, str] = {}
    for split in row.scored or ():
        first = datasets.setdefault(parts.splits[split].dataset or split, split)
        if first != split:
            msg = f"{key} is scored on {first!r} and {split!r}, two splits of one data set; name one of them as scored"
            raise ValueError(msg)


def _check_path(key: str, row: MethodSpec, parts: "Config") -> None:
    last = f"detector {row.detector!r}" if row.mask == NONE else f"mask {row.mask!r}"
    reads_maps = row.mask == NONE or parts.masks[row.mask].READS_SALIENCY
    given = (row.classifier != NONE, row.saliency != NONE)
    if reads_maps and not all(given):
        msg = f"{key}: {last} reads a saliency map; name a classifier and a saliency"
        raise ValueError(msg)
    if not reads_maps and any(given):
        msg = f"{key}: {last} reads no saliency map; leave classifier and saliency out"
        raise ValueError(msg)
    if reads_maps and row.mask != NONE and parts.masks[row.mask].BY_CLASS:
        classes = parts.classifiers[row.classifier].classes
        if len(classes) == 1:
            msg = f"{key}: {last} needs a classifier of all subtypes; give classifiers.{row.classifier} all classes"
            raise ValueError(msg)
    learns_subtypes = row.segmenter != NONE and len(parts.segmenters[row.segmenter].classes) > 1
    if learns_subtypes and not parts.masks[row.mask].TELLS_SUBTYPES:
        msg = f"{key}: segmenters.{row.segmenter} learns subtypes, which {last} does not tell apart"
        raise ValueError(msg)
    if row.mask != NONE and parts.masks[row.mask].method == "truth" and row.segmenter == NONE:
        msg = f"{key}: the truth scored against itself says nothing; name a segmenter"
        raise ValueError(msg)
    if row.mask != NONE and parts.masks[row.mask].method == "mixed" and row.segmenter == NONE:
        msg = f"{key}: masks.{row.mask} has drawn masks of nobody who is tested; name a segmenter that learns from them"
        raise ValueError(msg)
    if NONE not in (row.mask, row.segmenter):
        _check_seeds(key, row, parts)


def _check_seeds(key: str, row: MethodSpec, parts: "Config") -> None:
    loss, mask = parts.segmenters[row.segmenter].training.loss, parts.masks[row.mask]
    if "seeds" in loss.READS and getattr(mask, "seeds_below", None) is None:
        msg = (
            f"{key}: segmenters.{row.segmenter} learns from seeds (loss {loss.method}), but masks.{row.mask} writes "
            "none; give a threshold or dense_crf mask with seeds_below, or another loss"
        )
        raise ValueError(msg)


def _check_networks(key: str, row: MethodSpec, split: str, parts: "Config") -> None:
    for network, learnt in _learnt(row, parts):
        check_learnt_elsewhere(f"{key} is scored on", network, learnt, split, parts)


def _learnt(row: MethodSpec, parts: "Config") -> Iterator[tuple[str, str]]:
    """Networks behind a row as (place in the config, split that it learns on), those that one goes on from included."""
    if row.classifier != NONE:
        for name in chain(row.classifier, parts.classifiers):
            yield f"classifiers.{name}", str(parts.classifiers[name].learns)
    if row.segmenter != NONE:
        yield f"segmenters.{row.segmenter}", str(parts.segmenters[row.segmenter].learns)


def _masked(row: MethodSpec, split: str, parts: "Config") -> str:
    """Split of the subjects for whom a row's masks are made: those a segmenter learns from, or those scored."""
    return split if row.segmenter == NONE else str(parts.segmenters[row.segmenter].learns)


def _check_searches(key: str, row: MethodSpec, split: str, parts: "Config") -> None:
    masked = _masked(row, split, parts)
    for step, on in (("mask", masked), ("detector", split), ("segmenter", split)):
        family, name = _STEPS[step], getattr(row, step)
        if parts.searches.get(family, {}).get(name) and not tunes(parts.splits[on]):
            msg = (
                f"{key}: {family}.{name} leaves a value to a search, but split {on!r} has nobody to choose it on; "
                f"give splits.{on}.tune_share, or write the value down"
            )
            raise ValueError(msg)

"""CT, MR and pictures: whether what a row reads, and what its networks learnt on, goes with the scans that it meets."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from bleedmap.config.base import Spec
from bleedmap.config.chains import chain
from bleedmap.config.names import NONE

if TYPE_CHECKING:
    from bleedmap.config.masks import MaskSpec
    from bleedmap.config.rows import MethodSpec
    from bleedmap.config.workflow import Config

Modality = Literal["CT", "MR", "pictures"]


def check_modalities(key: str, row: "MethodSpec", split: str, masked: str, parts: "Config") -> None:
    """See that a row can be walked on the scans that it meets.

    Args:
        key: the row's place in the config.
        row: the row.
        split: split that it is scored on.
        masked: split of the subjects for whom its masks are made.
        parts: the whole config.

    Raises:
        ValueError: levels in HU on other values, a network that learnt on MR and is scored on CT or the other way
            round, or windows for HU that nobody chose on MR.
    """
    shown = _modality(parts, masked)
    if row.mask != NONE:
        _check_mask(f"{key}: masks.{row.mask}", parts.masks[row.mask], parts.splits[masked].dataset or masked, shown)
    for place, spec, learnt in _networks(row, parts):
        if "MR" in (found := {_modality(parts, learnt), _modality(parts, split)}) and len(found) > 1:
            msg = (
                f"{key}: {place} learns on {_modality(parts, learnt)} and is scored on {_modality(parts, split)}; "
                "score it on scans of the kind that it learns on"
            )
            raise ValueError(msg)
        _check_windows(place, spec, _modality(parts, learnt))
    if row.classifier != NONE:
        for name in chain(row.classifier, parts.classifiers)[1:]:
            before = parts.classifiers[name]
            _check_windows(f"classifiers.{name}", before, _modality(parts, str(before.learns)))
    if row.segmenter != NONE and shown == "MR" and parts.segmenters[row.segmenter].enhancement != NONE:
        msg = f"{key}: segmenters.{row.segmenter} has an enhancement, which seeks bone by its HU; leave it out on MR"
        raise ValueError(msg)
    if row.mask != NONE:
        _check_windows(f"masks.{row.mask}", parts.masks[row.mask], shown)


def _check_mask(place: str, mask: "MaskSpec", dataset: str, shown: Modality) -> None:
    if mask.NEEDS_HU and shown != "CT":
        msg = f"{place} reads HU, but datasets.{dataset} has {shown}; leave the row or the data set out"
        raise ValueError(msg)
    if getattr(mask, "unit", "pixel") == "mm" and shown == "pictures":
        msg = f"{place} counts mm, but the pictures of datasets.{dataset} have none; set its unit: pixel"
        raise ValueError(msg)


def _networks(row: "MethodSpec", parts: "Config") -> Iterator[tuple[str, Spec, str]]:
    """Networks of a row as (place in the config, spec, split that it learns on)."""
    if row.classifier != NONE:
        classifier = parts.classifiers[row.classifier]
        yield f"classifiers.{row.classifier}", classifier, str(classifier.learns)
    if row.segmenter != NONE:
        segmenter = parts.segmenters[row.segmenter]
        yield f"segmenters.{row.segmenter}", segmenter, str(segmenter.learns)


def _modality(parts: "Config", split: str) -> Modality:
    """What the scans of a split's data set are."""
    dataset = parts.datasets[parts.splits[split].dataset or split]
    if dataset.adapter in ("png_slices", "head_ct_png"):
        return "pictures"
    return "MR" if getattr(dataset, "modality", "ct") == "mr" else "CT"


def _check_windows(place: str, spec: Spec, shown: Modality) -> None:
    """Windows have defaults for CT, which cut half of the scale of an MR off."""
    for part in spec.parts() if shown == "MR" else ():
        for field in ("window", "windows"):
            if field in type(part).model_fields and field not in part.model_fields_set:
                whole = "{level: 100, width: 200}"
                msg = (
                    f"{place} sees MR through the default window, which is for CT in HU; give its {field}, such as "
                    f"{whole if field == 'window' else f'[{whole}]'} for the whole scale"
                )
                raise ValueError(msg)

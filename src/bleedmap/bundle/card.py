"""The model card of a bundle: what it is for, what it learnt from, how it scored, and what it cannot do."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import yaml

from bleedmap import __version__
from bleedmap.bundle.about_spec import AboutSpec
from bleedmap.bundle.familiar_card import familiar
from bleedmap.bundle.settings import BundleSettings

NOTICE = "Research use only. Not a medical device; not for diagnosis, triage or treatment."
SHOWN = ("dice", "iou", "tpr", "ppv", "hd95", "surface_dice", "volume_error_ml", "false_positive_ml")
UNITS = {"hd95": "mm", "volume_error_ml": "mL", "false_positive_ml": "mL"}


def card(
    settings: BundleSettings,
    about: AboutSpec,
    training: dict[str, Any],
    scores: pd.DataFrame,
    known: Mapping[str, bytes],
) -> str:
    """Markdown with the YAML header of Hugging Face's model cards.

    Args:
        settings: of the bundle.
        about: how it was made.
        training: as ``training_summary`` gives it.
        scores: as ``row_scores`` gives them.
        known: ``statistics.json`` and ``calibration.json``, where there are any.
    """
    header = yaml.safe_dump(_header(settings, scores), sort_keys=False, allow_unicode=True, width=120)
    return (
        f"---\n{header}---\n\n" + "\n".join([*_page(settings, about, training, scores), *familiar(about, known)]) + "\n"
    )


def _header(settings: BundleSettings, scores: pd.DataFrame) -> dict[str, Any]:
    lesion = "intracranial-hemorrhage" if settings.modality == "hu" else "brain-lesion"
    results = [
        {
            "task": {"type": "image-segmentation", "name": "Segmentation"},
            "dataset": {"type": str(dataset), "name": str(dataset)},
            "metrics": [{"type": str(row.metric), "value": float(str(row.mean))} for row in rows.itertuples()],
        }
        for dataset, rows in _subject_means(scores).groupby("dataset", sort=False)
    ]
    return {
        "library_name": "bleedmap",
        "pipeline_tag": "image-segmentation",
        "tags": ["medical", "head-ct" if settings.modality == "hu" else "head-mr", lesion, "weakly-supervised"],
        "model-index": [{"name": settings.method, "results": results}],
    }


def _page(settings: BundleSettings, about: AboutSpec, training: dict[str, Any], scores: pd.DataFrame) -> Iterator[str]:
    what, where = ("intracranial hemorrhage", "head CT") if settings.modality == "hu" else ("lesions", "head MR")
    yield f"# {settings.method}: {what} on {where}\n"
    yield f"**{NOTICE}**\n"
    yield f"A method of bleedmap {__version__}. It gives a mask of {what}, volumes in mL and a probability map.\n"
    yield "```sh\nbleedmap predict SCAN --bundle THIS_FOLDER --out OUT\n```\n"
    yield "## Intended use\n"
    yield f"Research on methods that find {what}: non-contrast, axial {where} of adults, one series a scan, as a"
    names = [f"any {what.rstrip('s')}"] if settings.classes == ("any",) else settings.classes
    yield f"scanner wrote it. Labels: {', '.join(f'{n} {name}' for n, name in enumerate(names, start=1))}.\n"
    yield "## Limits\n"
    yield from (f"- {limit}" for limit in _limits(settings, about))
    yield "\n## What it learnt from\n"
    yield "| data set | kind | subjects | scans | slices | with a bleed |\n| --- | --- | --- | --- | --- | --- |"
    for name, own in training["datasets"].items():
        numbers = f"{own['subjects']} | {own['scans']} | {own['slices']} | {own['bleeding_slices']}"
        yield f"| {name} | {own['kind']} | {numbers} |"
    yield "\n| part | split, fold | train | validation | tune | test |\n| --- | --- | --- | --- | --- | --- |"
    for each in training["learners"]:
        counts = " | ".join(str(number) for number in each["subjects"].values())
        yield f"| {each['part']} `{each['component']}` | {each['split']}, {each['fold']} | {counts} |"
    yield "\nThe counts are of subjects. `training.json` has the rest, `settings.json` every value.\n"
    yield "## Scores\n"
    yield "On test subjects that nothing was trained or tuned on; mean ± standard deviation, and of how many.\n"
    yield "| data set | class | measure | value | n |\n| --- | --- | --- | --- | --- |"
    for row in _subject_means(scores).itertuples():
        value = f"{float(str(row.mean)):.2f} ± {float(str(row.std)):.2f} {UNITS.get(str(row.metric), '')}".strip()
        yield f"| {row.dataset} | {row[3]} | {row.metric} | {value} | {row.n} |"
    yield "\n`scores.csv` has all of them."


def _limits(settings: BundleSettings, about: AboutSpec) -> Iterator[str]:
    if about.is_simulated:
        yield "It has learnt from a simulated phantom alone; its scores are of the phantom and say nothing of patients."
    else:
        yield "Scores are of the data sets below; on scans of other scanners, protocols or patients they may not hold."
    yield "What no training scan showed (surgery, implants, contrast agent, motion, children) may be called hemorrhage."
    yield "A slice without a finding is not a slice without a bleed."
    if len(settings.folds) > 1:
        yield f"{len(settings.folds)} folds vote: a mask is what most of them find. Its scores are of each fold alone."
    if settings.classes == ("any",):
        yield "It does not tell subtypes apart."


def _subject_means(scores: pd.DataFrame) -> pd.DataFrame:
    is_shown = (scores["unit"] == "subject") & scores["metric"].isin(SHOWN) & scores["mean"].notna()
    return scores[is_shown]

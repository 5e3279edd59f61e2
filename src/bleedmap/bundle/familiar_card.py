"""What a model card says of scans unlike those learnt on, and of how sure the method is."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bleedmap.bundle.about_spec import AboutSpec
from bleedmap.bundle.settings import CALIBRATION, STATISTICS


def familiar(about: AboutSpec, known: Mapping[str, bytes]) -> Iterator[str]:
    """Two sections of Markdown.

    Args:
        about: how the bundle was made.
        known: ``statistics.json`` and ``calibration.json``, where there are any.
    """
    yield "\n## Scans that it knows\n"
    yield "What is no head is refused, as `no-head`, before any network runs."
    if STATISTICS in known:
        yield from _ranges(about, json.loads(known[STATISTICS]))
    elif about.mask_makers():
        yield "It carries no ranges of its training scans: every scan is flagged `training-unknown`."
    else:
        yield "It has learnt nothing, so that there are no training scans to compare a scan with."
    yield "\n## How sure it is\n"
    if CALIBRATION in known:
        yield from _calibration(json.loads(known[CALIBRATION]))
    else:
        yield "Nobody measured it: its probabilities are not calibrated, and no scan is flagged `uncertain`."


def _ranges(about: AboutSpec, told: dict[str, Any]) -> Iterator[str]:
    maker = about.mask_makers()[0]
    yield f"A head outside of these ranges is flagged, such as `noise-hu-high`. They come from {told['scans']} training"
    yield f"scans of the {maker.part} `{maker.component}` (data set {maker.dataset}, split {maker.split}), and reach"
    yield "somewhat beyond those.\n"
    yield "| number | lowest | median | highest |\n| --- | --- | --- | --- |"
    for name, each in told["ranges"].items():
        yield f"| {name} | {each['low']:.4g} | {each['median']:.4g} | {each['high']:.4g} |"
    yield "\nNo flag says that a scan is sound: a range knows one number at a time. More slices, finer pixels and a"
    yield "more closed skull than in training are not flagged."


def _calibration(told: dict[str, Any]) -> Iterator[str]:
    yield "Measured on the classifier's own validation subjects, on whom its epoch and operating point were chosen too:"
    yield "expect rather more errors on new scans.\n"
    temperatures = f"{told['temperatures']['any']:.2f} for slices, {told['scan_temperature']:.2f} for scans"
    yield f"- Temperature: {temperatures}."
    for name, words in (("calibration_error", "Expected calibration error"), ("nll", "Negative log likelihood")):
        before, after = told[name]
        verdict = "" if after < before else ": calibration did not help there"
        yield f"- {words} of {told['slices']} slices: {before:.3f} before, {after:.3f} after{verdict}."
    for name, words in (("uncertain", "`uncertain` scans"), ("certain", "other scans")):
        yield f"- Of {told[name]['scans']} {words}, {told[name]['errors']} called wrongly: to show a finding, or none."

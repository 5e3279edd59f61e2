"""Calibration of classifiers from what they said of validation subjects, and of nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from bleedmap.constants import CLASSES, UNKNOWN_LABEL
from bleedmap.errors import TableError
from bleedmap.predict.calibration.confidence import Confidence, Measured, confidence, distances, margins
from bleedmap.predict.calibration.error import expected_calibration_error
from bleedmap.predict.calibration.temperature import fit_temperature, logits_of, nll, scaled
from bleedmap.splits.roles import Roles

ANY = CLASSES[0]
UNCERTAIN_SHARE = 0.2  # of the scans, those to refer to a reader first (Leibig 2017, who refer a fifth)


@dataclass(frozen=True)
class Fold:
    """What the classifier of a fold said of the subjects of its split.

    Args:
        scores: what ``classify`` wrote, of the data set whose split the classifier learnt on.
        mirrored: what ``mirrored_scores`` gave.
        roles: who validates; all other rows are left out.
        threshold: probability of the operating point of any bleed.
    """

    scores: pd.DataFrame
    mirrored: pd.DataFrame
    roles: Roles
    threshold: float


@dataclass(frozen=True)
class Calibration:
    """How sure a classifier may be, and how often it was wrong when it was sure and when it was not.

    Measured fold by fold on the validation subjects, on whom the epoch and the operating point were chosen too: errors
    on new scans are rather more frequent.

    Args:
        temperatures: of slices, by class.
        scan_temperature: of the greatest logit of a scan's slices.
        thresholds: probability from which each fold calls a slice, and a scan with such a slice, bleeding.
        least_margin: up to which a scan is uncertain (see ``margins``).
        uncertain: errors among the uncertain validation scans.
        certain: errors among the others.
        slices: validation slices whose label is known.
        nll: mean negative log likelihood of those, nats, before and after.
        calibration_error: expected calibration error of those, before and after.
    """

    temperatures: dict[str, float]
    scan_temperature: float
    thresholds: tuple[float, ...]
    least_margin: float
    uncertain: Measured
    certain: Measured
    slices: int
    nll: tuple[float, float]
    calibration_error: tuple[float, float]

    def of_scan(self, probability: NDArray[np.floating]) -> Confidence:
        """How sure the classifiers are of a new scan.

        Args:
            probability: (folds, 2, slices) uncalibrated, of any bleed, in each slice and in its mirror image.
        """
        return confidence(
            probability,
            thresholds=self.thresholds,
            slice_temperature=self.temperatures[ANY],
            scan_temperature=self.scan_temperature,
            least_margin=self.least_margin,
        )

    def to_json(self) -> str:
        """As JSON, the same text for the same numbers."""
        return TypeAdapter(type(self)).dump_json(self, indent=2).decode() + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` gave.

        Raises:
            TableError: ``calibration``, the text is anything else.
        """
        try:
            return TypeAdapter(cls).validate_json(text)
        except ValidationError:
            raise TableError(
                "calibration",
                found="a calibration that cannot be read",
                expected="the one that the workflow wrote",
                remedy="let the workflow write it anew",
            ) from None


def calibrate(folds: Sequence[Fold]) -> Calibration:
    """Choose temperatures and the margin of uncertain scans, and measure the errors on both sides of it.

    Args:
        folds: of the classifiers that are used together; what they said of their own validation subjects is pooled.

    Raises:
        TableError: ``no-validation``, no validation scan whose bleeds are known.
    """
    slices = pd.concat([_validation(fold).assign(fold=number) for number, fold in enumerate(folds)], ignore_index=True)
    scans = _scans(slices[slices["class"] == ANY])
    bleeds, threshold = scans["most"].to_numpy() == 1, scans["threshold"].to_numpy()
    members = scans[["score", "mirrored"]].to_numpy(dtype=np.float64).T
    scan_temperature = fit_temperature(logits_of(members[0]), bleeds.astype(np.float64))
    margin = margins(distances(members, threshold, scan_temperature))
    least_margin = float(np.quantile(margin, UNCERTAIN_SHARE))
    wrong, doubted = (members[0] >= threshold) != bleeds, margin <= least_margin
    temperatures = {str(name): _temperature(part) for name, part in slices.groupby("class", sort=False)}
    known = slices[(slices["class"] == ANY) & (slices["label"] != UNKNOWN_LABEL)]
    score, label = known["score"].to_numpy(dtype=np.float64), known["label"].to_numpy() == 1
    after = scaled(score, temperatures[ANY])
    return Calibration(
        temperatures=temperatures,
        scan_temperature=scan_temperature,
        thresholds=tuple(fold.threshold for fold in folds),
        least_margin=least_margin,
        uncertain=Measured(int(doubted.sum()), int((wrong & doubted).sum())),
        certain=Measured(int((~doubted).sum()), int((wrong & ~doubted).sum())),
        slices=len(known),
        nll=(nll(logits_of(score), label), nll(logits_of(after), label)),
        calibration_error=(expected_calibration_error(score, label), expected_calibration_error(after, label)),
    )


def _validation(fold: Fold) -> pd.DataFrame:
    """Scores of a fold's validation slices, with those of their mirror images and the fold's threshold."""
    own = fold.scores[fold.roles.of(fold.scores["subject"]) == "validation"]
    mirrored = fold.mirrored.rename(columns={"score": "mirrored"})
    pairs: pd.DataFrame = own.merge(mirrored, on=["scan", "slice", "class"])
    return pairs.assign(threshold=fold.threshold)


def _scans(slices: pd.DataFrame) -> pd.DataFrame:
    """A row a scan whose bleeds are known: its likeliest slice, and highest label (``most``)."""
    scans = slices.groupby(["fold", "scan"], sort=True).agg(
        score=("score", "max"),
        mirrored=("mirrored", "max"),
        threshold=("threshold", "first"),
        most=("label", "max"),
        least=("label", "min"),
    )
    known = scans[(scans["most"] == 1) | (scans["least"] != UNKNOWN_LABEL)]
    if known.empty:
        raise TableError(
            "no-validation",
            found="no scan of a validation subject whose bleeds are known",
            expected="some, to measure how sure the classifier may be",
            remedy="give the split a larger validation_share, and label every slice of some scans",
        )
    return known


def _temperature(part: pd.DataFrame) -> float:
    """Of the slices of one class."""
    labels = part["label"].to_numpy(dtype=np.float64)
    return fit_temperature(logits_of(part["score"].to_numpy()), np.where(labels == UNKNOWN_LABEL, np.nan, labels))

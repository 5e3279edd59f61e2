"""All parts of a bundle: networks and values, and what is told about them."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bleedmap.bundle.about import row_scores, training_summary
from bleedmap.bundle.about_spec import AboutSpec
from bleedmap.bundle.card import card
from bleedmap.bundle.row import RowFiles, row_parts
from bleedmap.bundle.settings import CARD, SCORES, TRAINING, BundleSettings, require_portable


def make_parts(
    settings: BundleSettings,
    files: RowFiles,
    about: AboutSpec,
    *,
    scans: Sequence[Path],
    splits: Sequence[Path],
    scores: Sequence[Path],
    known: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Parts by name.

    Args:
        settings: of the row.
        files: its networks and chosen values.
        about: how it was made.
        scans: tables of scans, in the order of ``about.adapters``.
        splits: split files, in the order of ``about.splits``.
        scores: its score tables, one a fold.
        known: ``statistics.json`` of the training scans and ``calibration.json``, where there are any.

    Raises:
        BundleError: parts that do not belong together, or ``bundle-brain``.
    """
    require_portable(settings)
    training, table, known = training_summary(about, scans, splits), row_scores(scores), known or {}
    csv = io.StringIO()
    table.to_csv(csv, index=False, float_format="%.9g", lineterminator="\n")
    return {
        **row_parts(settings, files),
        **known,
        TRAINING: (json.dumps(training, indent=2) + "\n").encode(),
        SCORES: csv.getvalue().encode(),
        CARD: card(settings, about, training, table, known).encode(),
    }

import numpy as np
import pytest
import torch

from bleedmap.config.searches import Search
from bleedmap.config.segmenters import UNet2dSpec
from bleedmap.config.tuning import TuningSpec
from bleedmap.errors import ConfigError, TableError
from bleedmap.segmenters.segment_scan import segment_scan
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.splits.roles import Roles
from bleedmap.tuning.tune_segmenter import tune_segmenter

SPEC = UNet2dSpec(channels=(4, 8), residual_units=0)
THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)


class Blobs(torch.nn.Module):
    """Knows blood by its HU: probability 0.6 from 60 to 70, else 0.4 where there is brain, 0.01 elsewhere."""

    def __init__(self, spec):
        super().__init__()
        self.nothing = torch.nn.Parameter(torch.zeros(1))
        self.stacks = 0

    def forward(self, images):
        self.stacks += len(images)
        hu = images[:, :1] * 80
        chance = torch.where((hu > 60) & (hu < 70), 0.6, torch.where((hu > 20) & (hu < 40), 0.4, 0.01))
        return torch.logit(chance) + self.nothing


@pytest.fixture
def model():
    segmenter = Segmenter(SPEC)
    segmenter.network = Blobs(SPEC)
    return segmenter.eval()


def listed(*values):
    return Search(search="list", values=values)


def tuned(model, slices, roles, searches=None, spec=SPEC, **values):
    searches = {"threshold": listed(*THRESHOLDS)} if searches is None else searches
    return tune_segmenter(spec, searches, TuningSpec(**values), model=model, slices=[slices], roles=roles)


@pytest.mark.parametrize("unit", ["slice", "subject", "pooled"])
def test_the_threshold_between_blood_and_brain_is_found(model, slice_store, roles, unit):
    result = tuned(model, slice_store, roles, unit=unit)
    assert result.spec == SPEC.model_copy(update={"threshold": 0.5})
    assert result.score > 0.9


def test_a_component_volume_that_spares_bleeds_and_drops_specks_is_found(model, rewrite, roles):
    def specks(arrays):
        arrays["hu"][:, 16, 16] = np.where(arrays["truth"][:, 16, 16] > 0, arrays["hu"][:, 16, 16], 65)

    # a bleed has 36 voxels or more of 0.1 mL, a column of specks 4
    result = tuned(
        model,
        rewrite(specks),
        roles,
        {"threshold": listed(0.5), "min_component_ml": listed(0, 1, 100)},
        unit="subject",
    )
    assert result.spec.min_component_ml in (0, 1)
    scores = result.curve.set_index("min_component_ml")["score"]
    assert scores[1] >= scores[0] > scores[100] == 0


def test_the_score_is_that_of_labels_the_stage_would_make(model, slice_store, roles):
    from bleedmap.slices.store import SliceStore

    curve = tuned(model, slice_store, roles, unit="pooled").curve
    for threshold, score in curve[["threshold", "score"]].itertuples(index=False):
        spec, both, total = SPEC.model_copy(update={"threshold": threshold}), 0, 0
        with SliceStore(slice_store) as store:
            for rows in (slice(8, 12), slice(12, 16)):  # of p2 and p3
                brain, truth = store.rows("brain", rows) > 0, store.rows("truth", rows) > 0
                labels = segment_scan(model, spec, store.rows("hu", rows), brain, np.full(4, 0.1)) > 0
                both, total = both + (labels & truth).sum(), total + labels.sum() + truth.sum()
        assert score == pytest.approx(2 * both / total)


@pytest.mark.parametrize("strategy", ["grid", "coordinate", "bayes"])
def test_the_network_sees_every_slice_once_however_many_candidates_there_are(model, slice_store, roles, strategy):
    tuned(model, slice_store, roles, strategy=strategy, trials=5)
    assert model.network.stacks == 8


def test_whatever_stands_in_the_scans_of_others_changes_nothing(model, slice_store, rewrite, roles):
    rng = np.random.default_rng(0)

    def poison(arrays):
        for rows in (slice(0, 8), slice(16, 24)):  # of p0 and p1, which are tested, and of p4 and p5, which train
            for name in ("truth", "brain"):
                arrays[name][rows] = rng.integers(0, 2, arrays[name][rows].shape)
            arrays["hu"][rows] = rng.integers(-1000, 1000, arrays["hu"][rows].shape)

    clean, poisoned = tuned(model, slice_store, roles), tuned(model, rewrite(poison), roles)
    assert clean.spec == poisoned.spec
    assert clean.curve.equals(poisoned.curve)


def test_subjects_to_tune_on_keep_validation_subjects_out(model, slice_store, rewrite, roles, roles_with_tune):
    def scrambled(arrays):
        arrays["truth"][8:12] = 1 - arrays["truth"][8:12]  # of p2, which validates

    path = rewrite(scrambled)
    assert tuned(model, path, roles_with_tune).curve.equals(tuned(model, slice_store, roles_with_tune).curve)
    assert not tuned(model, path, roles).curve.equals(tuned(model, slice_store, roles).curve)


def test_slices_without_truth_take_no_part(model, slice_store, rewrite, roles):
    def scrambled(arrays):
        arrays["truth"][8] = 1

    def not_drawn(rows):
        rows[8][-1] = False
        return rows

    assert tuned(model, rewrite(scrambled, not_drawn), roles).curve["score"].max() > 0.9


@pytest.mark.parametrize("by_subject", [{}, {"p0": "test"}, {"p0": "train"}, {"nobody": "tune", "p0": "validation"}])
def test_without_a_subject_to_tune_on_there_is_a_sentence(model, slice_store, by_subject):
    with pytest.raises(TableError) as caught:
        tuned(model, slice_store, Roles(by_subject))
    assert caught.value.code == "no-tuning-truth"


def test_scans_without_truth_are_nothing_to_tune_on(model, rewrite, roles):
    with pytest.raises(TableError) as caught:
        tuned(model, rewrite(lambda arrays: None, lambda rows: [[*row[:-1], False] for row in rows]), roles)
    assert caught.value.code == "no-tuning-truth"


def test_a_search_on_what_the_network_learns_with_is_refused(model, slice_store, roles):
    searches = {"training.learning_rate": listed(0.1, 0.01), "threshold": listed(0.5)}
    with pytest.raises(ConfigError, match="a search on training"):
        tuned(model, slice_store, roles, searches)


@pytest.mark.parametrize("strategy", ["grid", "coordinate", "bayes"])
def test_every_strategy_finds_it(model, slice_store, roles, strategy):
    wide = Search.model_validate({"search": "linear", "from": 0.05, "to": 0.95, "steps": 10})
    result = tuned(model, slice_store, roles, {"threshold": wide}, strategy=strategy, trials=16, seed=1)
    assert 0.4 < result.spec.threshold <= 0.6

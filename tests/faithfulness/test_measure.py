"""All measures of some slices, and of a whole fold."""

import numpy as np
import pytest
import torch

from bleedmap.config.faithfulness import FaithfulnessSpec
from bleedmap.config.saliency import CamSpec
from bleedmap.faithfulness.measure_shards import Shard, measure_shards
from bleedmap.faithfulness.measure_slices import MappedSlices, measure_slices
from bleedmap.faithfulness.randomisation import shuffled
from bleedmap.provenance.archive import write_archive
from bleedmap.saliency.explain_scan import explain_scan
from bleedmap.saliency.explain_shard import explain_shard
from bleedmap.scoring.leaderboard import leaderboard
from bleedmap.scoring.table import RowLabels, write
from bleedmap.slices.neighbours import stack_neighbours
from bleedmap.slices.store import SliceStore, add_rows, write_store
from bleedmap.splits.roles import read_roles
from bleedmap.volumes.ct_volume import CtVolume, Scan
from bleedmap.volumes.scan_archive import add_scan
from tests.scoring.conftest import geometry
from tests.stand_in import StandIn

SPEC = FaithfulnessSpec(slices=3, steps=8, shuffles=2)
ROW = RowLabels("d", "", 0)
MEASURES = ["deletion", "insertion", "pointing_game", "randomisation"]


def slices_of(store, model):
    """Slices of the first scan with their maps of class ``any``."""
    with SliceStore(store) as opened:
        hu, brain, truth = (opened.rows(name, slice(0, 4)) for name in ("hu", "brain", "truth"))
    found = explain_scan(CamSpec(), model, hu, brain > 0)
    return MappedSlices(stack_neighbours(hu, model.reach).astype(np.float32), brain > 0, found.maps[:, 0], truth > 0)


@pytest.fixture(scope="module")
def fold(slice_store, split, tmp_path_factory):
    """A function that measures the fold of a stand-in with its own maps."""

    def measure(model, spec=SPEC, seed=0):
        maps = tmp_path_factory.mktemp("maps") / "0.zarr.zip"
        explain_shard(CamSpec(), model, slice_store, maps)
        shards = [Shard(slice_store.with_name("not there"), slice_store, maps)]
        return measure_shards(shards, read_roles(split, 0), spec, CamSpec(), model, ROW, seed=seed)

    return measure


def test_the_same_network_gives_a_correlation_of_one_and_a_shuffled_one_a_low_one(slice_store, classifier):
    slices = slices_of(slice_store, classifier)
    same = measure_slices(SPEC, CamSpec(), [classifier, classifier], slices, 0)["randomisation"]
    np.testing.assert_allclose(same, 1, atol=1e-6)
    others = [shuffled(classifier, seed) for seed in range(1, 6)]
    changed = measure_slices(SPEC, CamSpec(), [classifier, *others], slices, 0)["randomisation"]
    assert np.abs(changed).max() < 0.5


def test_a_map_that_does_not_depend_on_the_weights_is_found_out(slice_store):
    class Edges(StandIn):
        """Its maps look like the slice, whatever its weights are."""

        def forward(self, hu):
            output = super().forward(hu)
            return output._replace(maps=hu.clamp(0, 80).expand(-1, len(self.classes), -1, -1))

    model = Edges()
    found = measure_slices(SPEC, CamSpec(), [model, shuffled(model, 1)], slices_of(slice_store, model), 0)
    np.testing.assert_allclose(found["randomisation"], 1, atol=1e-6)


@pytest.mark.parametrize("reach", [0, 1])
def test_the_map_of_a_network_that_looks_for_blood_beats_its_reverse(slice_store, reach):
    model = StandIn(reach=reach)
    slices = slices_of(slice_store, model).where(np.array([False, True, True, False]))
    reverse = MappedSlices(slices.images, slices.inside, 1 - slices.maps, slices.bleeds)
    own, other = (measure_slices(SPEC, CamSpec(), [model, model], each, 0) for each in (slices, reverse))
    assert (own["deletion"] < other["deletion"]).all()
    assert (own["insertion"] > other["insertion"]).all()
    if reach == 0:  # with neighbours, the highest place may lie in the bleed of another slice
        assert own["pointing_game"].tolist() == [1, 1]
        assert other["pointing_game"].tolist() == [0, 0]


def test_a_slice_without_brain_has_no_value_and_leaves_the_others_as_they_are(slice_store):
    model = StandIn()
    slices = slices_of(slice_store, model)
    whole = measure_slices(SPEC, CamSpec(), [model, shuffled(model, 1)], slices, 0)
    slices.inside[2] = False
    found = measure_slices(SPEC, CamSpec(), [model, shuffled(model, 1)], slices, 0)
    for name in MEASURES:
        assert np.isnan(found[name][2])
        np.testing.assert_array_equal(found[name][[0, 1, 3]], whole[name][[0, 1, 3]])
    slices.inside[:] = False
    assert all(np.isnan(v).all() for v in measure_slices(SPEC, CamSpec(), [model, model], slices, 0).values())


def test_no_measure_depends_on_the_batch(slice_store, classifier):
    slices = slices_of(slice_store, classifier)
    networks = [classifier, shuffled(classifier, 1)]
    one, eight = (measure_slices(SPEC, CamSpec(), networks, slices, 0, batch=batch) for batch in (1, 8))
    for name in MEASURES:
        np.testing.assert_allclose(one[name], eight[name], rtol=1e-4, atol=1e-3)


def test_a_fold_has_rows_of_bleeding_slices_of_its_test_subjects_alone(fold):
    table = fold(StandIn())
    assert set(table["class"]) == {"any", "iph"}  # no slice shows another class
    for _, rows in table.groupby("class"):
        assert set(rows["metric"]) == set(MEASURES)
        # three of the four bleeding slices of p0 and p1
        assert set(rows["subject"]) == {"p0", "p1"}
        assert set(rows["slice"]) == {1, 2}
        assert rows.groupby("metric").size().tolist() == [3] * 4
    assert table["value"].notna().all()
    assert set(table["unit"]) == {"slice"}


def test_the_leaderboard_gives_their_means(fold):
    table = fold(StandIn(classes=("any",)))
    board = leaderboard(table.assign(method="m")).set_index("metric")
    assert list(board.index) == MEASURES
    assert (board["n"] == 3).all()
    own = table.loc[table["metric"] == "deletion", "value"]
    assert board.loc["deletion", "mean"] == pytest.approx(sum(own) / 3)


def test_the_same_fold_gives_the_same_bytes_whatever_the_global_random_state(fold, tmp_path):
    for number in (0, 1):
        torch.manual_seed(number)
        np.random.seed(number)  # noqa: NPY002
        write(fold(StandIn()), tmp_path / str(number))
    write(fold(StandIn(), seed=1), tmp_path / "other")
    texts = [(tmp_path / name).read_bytes() for name in ("0", "1", "other")]
    assert texts[0] == texts[1] != texts[2]


def test_where_nobody_said_where_the_bleeds_lie_there_is_no_pointing_game(slice_store, split, tmp_path):
    model, names = StandIn(classes=("any",)), ("slices", "maps", "archive")
    files = {name: tmp_path / name for name in names}
    with SliceStore(slice_store) as store, write_store(files["slices"], store.attributes) as group:
        group.update_attributes({"rows": [[*row[:-1], False] for row in store.attributes["rows"]]})
        for name in ("hu", "brain", "truth"):
            values = store.rows(name, slice(None))
            add_rows(group, name, len(values), store.size, str(values.dtype))[:] = values
    with write_archive(files["archive"]) as archive:
        for name in ("0", "1"):
            volume = CtVolume(np.zeros((4, 32, 32), np.int16), geometry(4))
            add_scan(archive, Scan(f"s{name}", f"p{name}", volume, np.zeros(4, np.int8)))
    explain_shard(CamSpec(), model, files["slices"], files["maps"])
    shard = Shard(files["archive"], files["slices"], files["maps"])
    table = measure_shards([shard], read_roles(split, 0), SPEC, CamSpec(), model, ROW, seed=0)
    assert set(table["metric"]) == {"deletion", "insertion", "randomisation"}
    assert len(table) == 9

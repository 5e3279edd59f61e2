import threading

import numpy as np
import pytest
import torch

from bleedmap.config.training import AugmentSpec
from bleedmap.slices.augment import draw_changes
from bleedmap.slices.prefetch import _each, ahead, batches_of, feed
from bleedmap.slices.store import SliceStore, add_rows, write_store
from bleedmap.slices.training_set import TrainingSet


@pytest.fixture
def data(slice_store):
    with TrainingSet([slice_store]) as opened:
        yield opened


def test_slices_come_in_the_order_of_their_numbers(data, slice_store):
    with SliceStore(slice_store) as store:
        np.testing.assert_array_equal(data.hu([17, 3, 3]), store.rows("hu", slice(None))[[17, 3, 3]])


def test_neighbours_stay_within_their_scan(data):
    # scans of four slices: 5 has neighbours on both sides, 4 and 11 stand at an end
    stacks = data.neighbours([5, 4, 11], 1)
    for stack, numbers in zip(stacks, ([4, 5, 6], [4, 4, 5], [10, 11, 11]), strict=True):
        np.testing.assert_array_equal(stack, data.hu(numbers))
    np.testing.assert_array_equal(data.neighbours([9], 0)[:, 0], data.hu([9]))


def test_a_run_of_slices_has_those_below_and_above_it_within_its_scan(data):
    assert data.around(5, 6, 1) == [4, 5, 6, 7]
    assert data.around(4, 7, 2) == [4, 4, 4, 5, 6, 7, 7, 7]
    assert data.around(9, 9, 0) == [9]


def test_labels_are_those_of_the_asked_classes_and_nan_where_nobody_said(data):
    # of each scan the slices 1 and 2 bleed, IPH
    np.testing.assert_array_equal(data.labels([0, 1, 6], ("any", "iph", "edh")), [[0, 0, 0], [1, 1, 0], [1, 1, 0]])
    data.table.loc[1, "iph"] = -1
    found = data.labels([1, 2], ("iph",))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [[np.nan], [1]])
    assert data.labels([], ("any",)).shape == (0, 1)


def write_masks(folder, *names):
    """A mask store of the 24 slices; row n of array number k is full of n + 100 k."""
    with write_store(folder / "masks", {}) as group:
        for offset, name in enumerate(names):
            rows = np.arange(24, dtype=np.uint8)[:, None, None] + 100 * offset
            add_rows(group, name, 24, 32, "uint8")[:] = np.broadcast_to(rows, (24, 32, 32))
    return folder / "masks"


def test_masks_and_seeds_are_read_as_they_were_written(slice_store, tmp_path):
    with TrainingSet([slice_store], [write_masks(tmp_path, "labels", "seeds")]) as data:
        assert data.has_seeds
        for read, offset in ((data.masks, 0), (data.seeds, 100)):
            found = read([3, 17])
            assert found.dtype == np.uint8
            assert [np.unique(mask).tolist() for mask in found] == [[3 + offset], [17 + offset]]


def test_masks_without_seeds_have_none(slice_store, tmp_path):
    with TrainingSet([slice_store], [write_masks(tmp_path, "labels")]) as data:
        assert not data.has_seeds


def test_a_scan_is_all_its_slices_and_no_other(data):
    for scan in data.scans():
        assert data.table.loc[scan, "scan"].nunique() == 1
        assert data.table.loc[scan, "slice"].tolist() == list(range(4))
    assert sum(map(len, data.scans())) == len(data.table)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches_made_ahead_come_in_order(data, workers):
    batches = list(ahead(lambda number: data.hu([number]), range(24), workers))
    np.testing.assert_array_equal(np.concatenate(batches), data.hu(range(24)))


def test_no_more_is_made_ahead_than_the_threads_need():
    made = []
    batches = ahead(made.append, range(100), 2)
    next(batches)
    assert len(made) <= 5
    batches.close()
    assert len(made) <= 5


def test_an_error_of_a_thread_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        list(ahead(lambda number: 1 / number, [1, 0, 1], 2))


def test_slices_are_handed_on_as_they_are_stored(data):
    assert data.hu([0]).dtype == np.int16
    assert data.neighbours([0, 5], 1).dtype == np.int16


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_are_read_on_threads_and_made_ready_where_they_are_asked_for(workers):
    here = threading.get_ident()

    def read(part):
        return threading.get_ident(), torch.from_numpy(part)

    def ready(batch):
        assert threading.get_ident() == here
        return batch

    batches = list(feed(read, ready, batches_of(7, 3), workers))
    assert [part.tolist() for _, part in batches] == [[0, 1, 2], [3, 4, 5], [6]]
    assert all((thread == here) == (workers == 0) for thread, _ in batches)


def test_everything_that_was_read_goes_to_the_device_and_numbers_stay():
    changes = draw_changes(AugmentSpec(blur=0.5), (0, 0), [1, 2])
    gone = []
    copy = _each(lambda tensor: gone.append(tensor) or tensor.clone(), (torch.zeros(2), (changes, None), 3))
    assert len(gone) == 6
    assert copy[2] == 3
    assert copy[1][1] is None
    assert copy[1][0].noise == changes.noise
    assert all(copy[1][0].gain == changes.gain)

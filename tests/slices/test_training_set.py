import numpy as np
import pytest

from bleedmap.slices.prefetch import ahead
from bleedmap.slices.store import SliceStore
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

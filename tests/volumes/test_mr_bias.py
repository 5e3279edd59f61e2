import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from bleedmap.volumes.mr_bias import without_shading

SHAPE, SPACING = (10, 32, 32), (12.0, 6.0, 6.0)


@pytest.fixture(scope="module")
def shaded():
    """A ball with a bright shell around a darker core, twice as bright on one side as on the other."""
    z, y, x = (np.linspace(-1, 1, count) for count in SHAPE)
    radius = np.sqrt(z[:, None, None] ** 2 + y[:, None] ** 2 + x**2)
    tissue = np.where(radius < 0.6, 400, np.where(radius < 0.9, 700, 0)).astype(np.float32)
    noisy = tissue * np.random.default_rng(0).normal(1, 0.02, SHAPE).astype(np.float32)
    return tissue, noisy * np.exp(0.35 * x * np.ones(SHAPE)).astype(np.float32)


def test_what_is_one_tissue_gets_one_signal_again(shaded):
    tissue, signal = shaded
    found = without_shading(signal, SPACING)
    for level in (400, 700):
        before, after = (np.std(np.log(values[tissue == level])) for values in (signal, found))
        assert after < before / 2


def test_the_background_stays_and_so_do_the_bytes_whatever_the_threads(shaded):
    tissue, signal = shaded
    before, found = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads(), []
    for threads in (1, 4):
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
        found.append(without_shading(signal, SPACING))
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)
    np.testing.assert_array_equal(*found)
    assert (found[0][tissue == 0] == 0).all()
    assert found[0].dtype == np.float32


@pytest.mark.parametrize("signal", [np.zeros((4, 20, 20)), np.full((1, 20, 20), 7), np.ones((2, 3, 3))])
def test_a_scan_with_nothing_to_go_by_is_left_as_it_is(signal):
    values = signal.astype(np.float32)
    np.testing.assert_array_equal(without_shading(values, (5.0, 1.0, 1.0)), values)

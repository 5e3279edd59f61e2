"""Every benchmark end to end at toy size: its table has the promised rows, and figures that can be."""

import sys

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module", autouse=True)
def _checkout_on_path(repository):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(repository))
        yield


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(monkeypatch, tmp_path, cache, capsys):
    def _run(module, *options):
        out = tmp_path / "out"
        monkeypatch.setattr(sys, "argv", ["benchmark", "--out", str(out), *map(str, options)])
        module.main()
        assert capsys.readouterr().out.strip()
        return out, pd.read_csv(out / "table.csv")

    return _run


TOY = ("--subjects", 12, "--matrix", 64, "--workers", 1, "--threads", 1, "--epochs", 1, "--backbone", "test_resnet")


def shares(table, *columns):
    values = table[list(columns)].to_numpy()
    return np.isfinite(values).all() and (values >= 0).all() and (values <= 1).all()


@pytest.mark.slow
def test_sim_to_real_measures_every_row(run, cache, real_data, monkeypatch):
    from benchmarks import sim_to_real

    monkeypatch.setenv("BLEEDMAP_REAL_DATA", str(real_data))
    out, table = run(sim_to_real, *TOY, "--cache", cache, "--size", 64, "--unet-epochs", 1, "--device", "cpu")
    assert table["row"].str.split(" on ").str[0].tolist() == ["heatmap", "bright part", "crf", "unet", "unet"]
    assert shares(table, "auroc", "auroc_low", "auroc_high", "sensitivity_at_90", "dice", "phantom_auroc")
    assert (table["auroc_low"] <= table["auroc"]).all()
    assert (table["auroc"] <= table["auroc_high"]).all()
    assert len(pd.read_csv(out / "scores.csv")) == 140
    assert (out / "misses.png").stat().st_size > 10_000


@pytest.mark.slow
def test_shortcuts_measures_every_row(run, cache):
    from benchmarks import shortcuts

    _, table = run(shortcuts, *TOY, "--cache", cache, "--size", 64, "--parts", 2)
    assert table["sees"].tolist() == ["skull ring", "mean HU", "noise level", "height"]
    assert shares(table, "auroc", "auroc_low", "auroc_high")


@pytest.mark.slow
def test_realism_finds_the_real_scan_to_be_itself(run, real_data, monkeypatch):
    from benchmarks import realism

    monkeypatch.setenv("BLEEDMAP_REAL_DATA", str(real_data))
    out, table = run(realism, "--subjects", 1, "--matrix", 256)
    assert table["scan"].tolist() == ["real", "phantom 0"]
    assert table["apart_hu"][0] == 0
    assert table["mean"].between(20, 45).all()
    assert table["noise_hu"].between(1, 15).all()
    assert (out / "realism.png").stat().st_size > 10_000


@pytest.mark.slow
def test_training_compares_the_engine_with_the_bare_loop(run):
    from benchmarks import training

    sizes = ("--size", 32, "--unet-size", 32, "--batch", 4, "--backbone", "test_resnet", "--steps", 2, "--turns", 2)
    _, table = run(training, *sizes)
    assert table["network"].tolist() == ["test_resnet, 32 px", "3D U-Net, 32 px x 8"]
    assert (table[["bare", "engine", "ratio"]] > 0).all(axis=None)
    assert shares(table, "waiting")


def test_noise_of_known_spread_is_found():
    from benchmarks.figures.looks import noise_spectrum

    hu = np.random.default_rng(0).normal(30, 5, (2, 128, 128)).round().astype(np.int16)
    frequency, power, spread = noise_spectrum(hu, np.ones(hu.shape, dtype=bool), 0.5)
    assert spread == pytest.approx(5, rel=0.1)
    # white noise has the same power at all frequencies: its variance times the area of a pixel
    np.testing.assert_allclose(power[3:], 25 * 0.25, rtol=0.3)
    assert frequency[-1] == pytest.approx(1.0)


def test_an_edge_of_known_width_is_found():
    from scipy import ndimage

    from benchmarks.figures.looks import edge_spread

    rows, columns = np.mgrid[:256, :256] - 127.5
    radius = np.hypot(rows, columns)
    image = ndimage.gaussian_filter(np.where((radius > 90) & (radius < 110), 1000.0, 35.0), 1.5)
    _, rise_mm = edge_spread(image[None].astype(np.int16), (radius < 90)[None], 0.5)
    # a Gaussian rises from 10 to 50 % in 1.2816 of its standard deviations
    assert np.median(rise_mm) == pytest.approx(1.2816 * 1.5 * 0.5, rel=0.15)


def test_the_head_is_found_wherever_it_lies():
    from benchmarks.pictures.frame import head_box

    hu = np.full((200, 300), -1000, dtype=np.int16)
    hu[40:141, 120:201] = 60
    box = head_box(hu)
    assert (box.top + box.height / 2, box.left + box.width / 2) == pytest.approx((90.5, 160.5), abs=1)
    assert 101 <= box.height == box.width <= 115


def test_pictures_are_a_function_of_their_seed():
    import torch

    from benchmarks.pictures.exported import as_pictures

    hu = torch.full((8, 64, 64), 35.0)
    first, second = (as_pictures(hu, hu[:, None] > 0, torch.Generator().manual_seed(3)) for _ in range(2))
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    assert float((first[0].amax((1, 2)) - first[0].amin((1, 2))).max()) <= 80


def test_anchored_pictures_show_the_brain_with_the_density_of_brain():
    import torch

    from benchmarks.pictures.exported import anchored

    picture = torch.full((2, 32, 32), 60.0)
    picture[:, :16, :8] = 80.0
    brain = torch.zeros((2, 32, 32), dtype=torch.bool)
    brain[0, :, 4:] = True
    alike = anchored(picture, brain)
    assert alike[0, 20, 20] == 33
    assert float(alike[0].max() - alike[0].min()) == 20
    torch.testing.assert_close(alike[1], picture[1])


def test_the_worst_misses_are_the_slices_deepest_among_the_other_class():
    from benchmarks.pictures.misses import worst

    scores = np.array([0.9, 0.1, 0.8, 0.2, 0.95, 0.3])
    labels = np.array([1, 1, 1, 0, 0, 0])
    assert set(worst(scores, labels)[:2].tolist()) == {1, 4}

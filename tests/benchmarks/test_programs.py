"""Every benchmark end to end at toy size: its table has the promised rows, and figures that can be."""

import sys

import numpy as np
import pandas as pd
import pytest


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


@pytest.fixture
def few_pictures(real_data, tmp_path, monkeypatch):
    """Real data of which every fifth picture is left."""
    folder = tmp_path / "real" / "head_ct"
    folder.mkdir(parents=True)
    whole = real_data / "head_ct"
    labels = pd.read_csv(whole / "labels.csv", dtype=str)[::5]
    labels.to_csv(folder / "labels.csv", index=False)
    (folder / "groups.csv").symlink_to(whole / "groups.csv")
    (folder / "masks").mkdir()
    for name in labels["id"]:
        for part in (f"{name}.png", f"masks/{name}.png"):
            if (whole / part).is_file():
                (folder / part).symlink_to(whole / part)
    monkeypatch.setenv("BLEEDMAP_REAL_DATA", str(folder.parent))
    return len(labels)


# four subjects of this seed bleed enough to train, validate and test on; both programs share them
COHORT = ("--subjects", 4, "--phantom-seed", 0, "--matrix", 64, "--size", 64, "--workers", 1, "--threads", 1)
NETWORK = ("--epochs", 1, "--backbone", "test_resnet")


def shares(table, *columns):
    values = table[list(columns)].to_numpy()
    return np.isfinite(values).all() and (values >= 0).all() and (values <= 1).all()


@pytest.mark.slow
def test_sim_to_real_measures_every_row(run, cache, few_pictures):
    from benchmarks import sim_to_real

    sizes = ("--prevalence", 0.7, "--unet-epochs", 1, "--device", "cpu")
    out, table = run(sim_to_real, *COHORT, *NETWORK, "--cache", cache, *sizes)
    assert table["row"].str.split(" on ").str[0].tolist() == ["heatmap", "bright part", "crf", "unet", "unet"]
    assert shares(table, "auroc", "auroc_low", "auroc_high", "sensitivity_at_90", "dice", "phantom_auroc")
    assert (table["auroc_low"] <= table["auroc"]).all()
    assert (table["auroc"] <= table["auroc_high"]).all()
    assert len(pd.read_csv(out / "scores.csv")) == few_pictures
    assert (out / "misses.png").stat().st_size > 10_000


@pytest.mark.slow
def test_default_bundle_measures_real_slices_and_writes_what_its_card_says(run, few_pictures):
    from benchmarks import default_bundle
    from bleedmap.bundle.measured import with_measured
    from bleedmap.bundle.packaged import FOLDER
    from bleedmap.bundle.store import read_bundle

    out, table = run(default_bundle)
    slices = pd.read_csv(out / "slices.csv")
    assert len(slices) == few_pictures
    assert shares(slices, "score", "marked")
    assert dict(table.to_numpy())["slices, refused"] == f"{few_pictures}, 0"
    card = with_measured(read_bundle(FOLDER).parts, (out / "section.md").read_text())["README.md"].decode()
    assert f"| slices, refused | {few_pictures}, 0 |" in card


@pytest.mark.slow
def test_shortcuts_measures_every_row(run, cache):
    from benchmarks import shortcuts

    _, table = run(shortcuts, *COHORT, *NETWORK, "--cache", cache, "--parts", 2)
    assert table["sees"].tolist() == ["skull ring", "mean HU", "noise level", "height"]
    assert shares(table, "auroc", "auroc_low", "auroc_high")


@pytest.mark.slow
def test_realism_finds_the_real_scan_to_be_itself(run, real_data, monkeypatch):
    from benchmarks import realism

    monkeypatch.setenv("BLEEDMAP_REAL_DATA", str(real_data))
    out, table = run(realism, "--subjects", 1, "--matrix", 192)
    assert table["scan"].tolist() == ["real", "phantom 0"]
    assert table["apart_hu"][0] == 0
    assert table["mean"].between(20, 45).all()
    assert table["noise_hu"].between(1, 15).all()
    assert (out / "realism.png").stat().st_size > 10_000


@pytest.mark.slow
def test_training_compares_the_engine_with_the_bare_loop(run):
    from benchmarks import training

    sizes = ("--size", 32, "--unet-size", 32, "--batch", 4, "--backbone", "test_resnet", "--steps", 2, "--turns", 2)
    _, table = run(training, *sizes, "--variants", "channels_last")
    assert table["network"].tolist() == ["test_resnet, 32 px", "3D U-Net, 32 px x 8"]
    assert (table[["bare", "channels_last", "engine", "ratio"]] > 0).all(axis=None)
    assert shares(table, "waiting")


def test_inference_measures_scores_maps_and_masks_beside_the_networks(run):
    from benchmarks import inference

    sizes = ("--size", 32, "--unet-size", 32, "--backbone", "test_resnet", "--scans", 3, "--turns", 1)
    _, table = run(inference, *sizes)
    assert [row.split(",")[0] for row in table["work"]] == ["classify", "explain", "explain", "segment"]
    assert (table[["bare", "stage", "ratio"]] > 0).all(axis=None)


def test_feeding_measures_every_step_beside_a_memory_map(run):
    from benchmarks import feeding

    _, table = run(feeding, "--sizes", 32, 64, "--scans", 2, "--turns", 1)
    assert table.groupby("size").size().tolist() == [13, 13]
    assert (table[["cpu_ms", "per_core", "per_second"]] > 0).all(axis=None)
    assert table.loc[table["step"] == "memory map", "of_floor"].iloc[::2].tolist() == [1, 1]


def test_registration_measures_how_far_maps_lie_from_discs(run):
    from benchmarks import registration

    out, table = run(registration, "--backbones", "resnet10t")
    assert table["backbone"].tolist() == ["resnet10t"]
    assert table["resized"][0] == pytest.approx(2.5, abs=0.3)
    assert table["placed"][0] == pytest.approx(0, abs=0.3)
    assert (out / "registration.png").is_file()


@pytest.mark.slow
def test_saliency_measures_every_method_as_a_multiple_of_the_forward_pass(run):
    from benchmarks import saliency

    networks = ("--network", "swin_tiny_patch4_window7_224", "--encoder", "test_resnet", "--plain", "test_resnet")
    sizes = (*networks, "--size", 64, "--slices", 1, "--turns", 1)
    _, table = run(saliency, *sizes)
    assert table["method"].tolist()[:3] == ["forward", "self_attention", "hgi_sam"]
    assert table["forwards"][0] == 1
    assert (table["seconds"] > 0).all()


def test_segmenters_stand_beside_what_the_paper_prints_of_them(run, repository):
    from benchmarks import segmenters

    folder = repository / "config" / "papers"
    files = ("--config", folder / "004_mixed_unet.yaml", folder / "004_demo_size.yaml")
    _, table = run(segmenters, *files, "--turns", 1)
    assert table["row"].tolist() == ["fcn", "unet", "deeplabv3", "mixed-unet", "mixed-unet-crf"]
    assert (table[["parameters", "model_mb", "image_seconds"]] > 0).all(axis=None)
    assert table["printed_parameters"].tolist()[:4] == [18643713, 31043521, 39633729, 10303105]


def test_masks_measures_slices_volumes_and_processes(run):
    from benchmarks import masks

    _, table = run(masks, "--sizes", 16, 32, "--depths", 2, "--volume", 16, "--slices", 2, "--turns", 1)
    assert table["field"].tolist() == ["slice", "slice", "volume", "slices, 1 processes", "slices, 2 processes"]
    assert (table["seconds"] > 0).all()
    assert table["times_faster"].notna().tolist() == [False] * 4 + [True]


def test_familiar_judges_every_head(run):
    from benchmarks import familiar

    _, table = run(familiar, "--known", 2, "--new", 2, "--matrix", 64)
    assert table["head"].tolist() == [0, 1]


@pytest.mark.slow
def test_startup_measures_every_start(run):
    from benchmarks import startup

    _, table = run(startup, "--studies", 40, "--images", 400, "--shards", 2, "--repeats", 0)
    assert table["start"].tolist() == [
        "snakemake --version",
        "empty Snakefile",
        "config.yaml, all to do",
        "40 scans, one row",
    ]
    assert (table["cpu_seconds"] > 0).all()
    assert table["aim"].isna().tolist() == [True, True, False, False]


def test_the_made_up_index_is_one_that_the_data_set_is_listed_from(tmp_path):
    from benchmarks.made_up.rsna_index import write_rsna_index
    from bleedmap.config.dicom_datasets import Rsna2019Spec
    from bleedmap.datasets.rsna2019.listing import list_sources

    index = write_rsna_index(tmp_path, studies=30, images=400)
    sources = list_sources(Rsna2019Spec(root=tmp_path, index=index))
    assert len({source.id for source in sources}) == 30
    assert len({source.stamp for source in sources}) == 30
    assert index.read_text().count(";") == 400 - 30


@pytest.mark.slow
def test_a_plan_of_rsna_size_reads_again_only_what_changed(run):
    from benchmarks import rsna_size

    _, table = run(rsna_size, "--studies", 60, "--images", 600, "--shards", 6, "--added", 2)
    assert table["plan"].tolist() == ["nothing there", "nothing to do", "2 scans more", "one scan less"]
    assert table["jobs"].iloc[1] == 0
    assert table["shards_read"].tolist()[2:] == table["shards_changed"].tolist()[2:] == [2, 1]
    assert table["trained"].tolist() == [True, False, True, True]
    assert (table["memory_mb"] > 10).all()


@pytest.mark.slow
def test_scaling_measures_every_stage(run):
    from benchmarks import scaling

    small = ("--matrix", 64, "--thickness", 10, "--size", 32, "--backbone", "test_resnet", "--mask", "threshold")
    _, table = run(scaling, "--scans", 1, "--few", 1, "--many", 2, "--repeats", 1, *small)
    assert table["stage"].tolist() == ["ingest", "brain", "slices", "classify", "explain", "mask"]
    assert (table.drop(columns="stage") > 0).all(axis=None)


def test_costs_grow_with_the_slices_and_tell_which_ceiling_they_are_past():
    from benchmarks.costs import Cost, ceiling, totals

    stages = [
        Cost("ingest", 0.036, False, 1, 1, 500e3, 200e3),
        Cost("train_classifier", 0.01, True, 0.5, 10, 50e3, 0),
    ]
    ingested, trained = totals(stages, 1_000_000, shards=100)
    assert (ingested.hours, ingested.hours_a_shard) == pytest.approx((10, 0.1))
    assert (ingested.read_tb, ingested.written_tb) == pytest.approx((0.5, 0.2))
    assert (trained.hours, trained.hours_a_shard) == pytest.approx((13.889, 13.889), abs=1e-3)
    assert ceiling(stages, 1_000_000).past == ""
    assert ceiling(stages, 2_000_000).past == "training"
    assert ceiling(stages, 200_000_000).past.split() == ["training", "plan", "index", "disk"]


@pytest.mark.slow
def test_predict_measures_every_step_and_the_share_outside_of_networks(run):
    from benchmarks import predict

    row = ("--config", "tests/workflow/tiny.yaml", "--method", "cam-crf-unet3d")
    _, table = run(predict, *row, "--slices", 6, 12, "--side", 64)
    assert table["slices"].tolist() == [6, 12]
    assert shares(table, "outside_share")
    steps = ["read", "brain", "resample", "classify", "segment", "outputs"]
    assert (table[steps] > 0).all(axis=None)
    assert np.allclose(table[steps].sum(axis=1), table["whole"])
    assert (table["peak_mb"] > 100).all()


@pytest.mark.slow
def test_many_scans_measures_every_number_of_scans_at_once(run, monkeypatch):
    from benchmarks import many_scans

    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # which the program sets
    _, table = run(many_scans, "--scans", 2, "--slices", 6, "--at-once", 0, 2)
    assert table["at_once"].tolist() == [0, 2]
    assert (table[["seconds_a_scan", "peak_mb"]] > 0).all(axis=None)

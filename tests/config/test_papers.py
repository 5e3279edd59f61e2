import copy

import numpy as np
import pandas as pd
import pytest
import yaml
from snakemake.utils import update_config

from bleedmap.config.load import load_config
from bleedmap.constants import SUBTYPES
from bleedmap.errors import ConfigError
from bleedmap.report.paper import read_printed
from bleedmap.splits.choices import comparison_pairs, dataset_of
from bleedmap.splits.deal import deal

PAPER, DEMO_SIZE = "001_resnet_lstm.yaml", "001_demo_size.yaml"


@pytest.fixture
def read(repository):
    """Merge paper files in order, as Snakemake does with several config files."""

    def merged(*names):
        values = {}
        for name in names:
            update_config(values, yaml.safe_load((repository / "config" / "papers" / name).read_text()))
        return values

    return merged


def test_the_config_of_paper_001_has_its_numbers(read):
    config = load_config(read(PAPER))
    alone, tuned = config.classifiers["resnet"], config.classifiers["resnet-lstm"]
    assert (alone.backbone, config.slices.size, alone.head.pooling, alone.pretrained) == ("resnet101", 512, "gap", True)
    assert (tuned.init_from, tuned.context.sequence, tuned.context.hidden) == ("resnet", 32, 256)
    for training, rate in ((alone.training, 1e-4), (tuned.context.training, 1e-3)):
        assert (training.optimizer, training.learning_rate, training.batch) == ("sgd", rate, 32)
    assert (config.masks["threshold"].threshold, config.masks["kmeans"].clusters) == (0.7, 4)
    unet = config.segmenters["unet3d"]
    assert (unet.training.optimizer, unet.training.learning_rate, unet.training.batch) == ("adam", 1e-3, 4)
    assert (unet.enhancement, unet.threshold, unet.plane, unet.depth) == ("head", 0.5, 256, 16)
    for training in (alone.training, tuned.context.training, unet.training):
        assert (training.epochs, training.patience, training.schedule, training.weight_decay) == (
            100,
            25,
            "constant",
            0,
        )


def test_the_ablation_is_two_switches_and_its_rows_share_what_they_can(read):
    rows = load_config(read(PAPER)).methods
    switches = [(row.classifier, row.mask) for row in list(rows.values())[:4]]
    assert switches == [(net, mask) for mask in ("threshold", "kmeans") for net in ("resnet", "resnet-lstm")]
    assert {row.segmenter for row in list(rows.values())[:5]} == {"unet3d"}


def test_demo_size_changes_sizes_and_not_what_is_compared(read):
    paper, demo = load_config(read(PAPER)), load_config(read(PAPER, DEMO_SIZE))
    assert demo.methods == paper.methods
    assert comparison_pairs(demo) == comparison_pairs(paper)
    assert demo.masks == paper.masks
    assert demo.enhancements == paper.enhancements
    assert (dataset_of(paper, "cv"), dataset_of(demo, "cv")) == ("instance2022", "phantom")
    assert demo.classifiers["resnet-lstm"].context.hidden == paper.classifiers["resnet-lstm"].context.hidden
    # maps of the paper's size
    assert demo.slices.size // demo.classifiers["resnet"].stride == paper.slices.size // 32


def test_without_comparisons_every_row_is_tested_against_the_one_before_it(read):
    values = read(PAPER)
    del values["comparisons"]
    rows = list(values["methods"])
    assert comparison_pairs(load_config(values)) == tuple(zip(rows[1:], rows[:-1], strict=True))


def test_a_component_tells_what_it_and_its_parts_decide_where_the_paper_is_silent(read):
    classifiers = load_config(read(PAPER)).classifiers
    alone, tuned = (set(classifiers[name].resolutions()) for name in ("resnet", "resnet-lstm"))
    assert alone < tuned
    assert any("LSTM" in text for text in tuned - alone)


def spoilt(values, change):
    values = copy.deepcopy(values)
    update_config(values, change)
    return values


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"classifiers": {"resnet-lstm": {"init_from": "resnets"}}}, "did you mean 'resnet'"),
        ({"classifiers": {"resnet": {"init_from": "resnet-lstm"}}}, "goes round in a circle"),
        ({"classifiers": {"resnet": {"init_from": "resnet"}}}, "goes round in a circle"),
        (
            {"splits": {"more": {"dataset": "instance2022"}}, "classifiers": {"resnet": {"learns": "more"}}},
            "several splits have training subjects",
        ),
        ({"segmenters": {"unet3d": {"enhancement": "haed"}}}, "did you mean 'head'"),
        ({"comparisons": [["unet3d-supervised", "resnet-unet"]]}, "did you mean 'resnet-unet3d'"),
        ({"comparisons": [["resnet-unet3d", "resnet-unet3d"]]}, "compared with itself"),
        ({"splits": {"cv": {"validation_share": 0.9}}}, "add up to more than 1"),
    ],
)
def test_a_fault_is_one_sentence_with_key_and_remedy(read, change, says):
    with pytest.raises(ConfigError) as caught:
        load_config(spoilt(read(PAPER), change))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


SWIN, RELEASED = "000_swin_hgi_sam.yaml", "000_released.yaml"


def test_the_config_of_paper_000_has_its_numbers(read):
    config = load_config(read(SWIN))
    binary, subtypes, hgi = (config.classifiers[f"swin-{name}"] for name in ("binary", "multi-label", "hgi"))
    assert config.slices.size == 384
    assert {spec.backbone for spec in (binary, subtypes, hgi)} == {"swin_base_patch4_window12_384.ms_in22k_ft_in1k"}
    assert [len(spec.windows) for spec in (binary, subtypes, hgi)] == [3, 3, 3]
    assert (len(binary.classes), len(subtypes.classes)) == (1, 6)
    for spec, loss, rate in ((binary, "focal", 1e-5), (subtypes, "focal", 1e-5), (hgi, "cross_entropy", 1e-6)):
        training = spec.training
        assert (training.loss.method, training.optimizer, training.learning_rate) == (loss, "adamw", rate)
        assert training.patience == 3
    assert (hgi.head.pooling, hgi.init_from, hgi.training.sampler) == ("pair", "swin-binary", "balanced")
    assert [(row.classifier, row.saliency) for row in config.methods.values()] == [
        ("swin-hgi", "grad-cam"),
        ("swin-multi-label", "sam"),
        ("swin-binary", "sam"),
        ("swin-hgi", "hgi-sam"),
        ("none", "none"),
    ]
    assert [dataset_of(config, name) for name in config.splits] == ["rsna2019", "physionet", "physionet"]
    assert not config.masks["threshold"].gated
    unet = config.segmenters["unet2d"]
    assert (unet.channels, unet.norm, unet.training.batch, unet.training.learning_rate) == (
        (24, 48, 96, 192),
        "none",
        12,
        1e-3,
    )
    assert (config.tuning.unit, config.scoring.detection_pixels) == ("slice", 10)
    assert (config.saliency["sam"].stages, config.saliency["hgi-sam"].stages) == (4, 3)


def test_both_splits_of_paper_000_test_the_same_subjects_in_a_fold(read):
    scans = pd.DataFrame([(f"p{n}", n % 2) for n in range(75)], columns=["subject", "positive_slices"]).assign(
        scan_label=-1
    )
    config = load_config(read(SWIN))
    weak, drawn = (deal(scans, config.splits[name], config.seed) for name in ("ct-ich", "ct-ich-drawn"))
    tested = [
        set(map(tuple, table.loc[table["role"] == "test", ["subject", "fold"]].values)) for table in (weak, drawn)
    ]
    assert tested[0] == tested[1]
    assert len(tested[0]) == 75


def test_the_released_code_of_paper_000_differs_where_the_spec_says_so(read):
    paper, released = load_config(read(SWIN)), load_config(read(SWIN, RELEASED))
    assert released.methods == paper.methods
    assert (paper.saliency["hgi-sam"].grad_at, released.saliency["hgi-sam"].grad_at) == ("weights", "scores")
    assert (paper.saliency["sam"].roll_unshifted, released.saliency["sam"].roll_unshifted) == (False, True)
    hgi, binary = released.classifiers["swin-hgi"], released.classifiers["swin-binary"]
    assert (hgi.head_first.learning_rate, hgi.training.learning_rate) == (1e-3, 1e-5)
    for training in (hgi.head_first, hgi.training):
        assert training.loss.softmax_twice
        assert (training.sampler, training.batch, training.patience) == ("balanced_once", 12, 3)
        assert training.augment.shift == 0
    assert paper.classifiers["swin-hgi"].head_first is None
    assert binary == paper.classifiers["swin-binary"]


MIL, MIL_DEMO = "002_mil_localization.yaml", "002_demo_size.yaml"


def test_the_config_of_paper_002_has_its_numbers(read):
    config = load_config(read(MIL))
    assert config.slices.size == 256
    for name in ("mil-max", "mil-attention"):
        spec = config.classifiers[name]
        assert (spec.method, spec.head.pooling, len(spec.windows)) == ("small_resnet", name.removeprefix("mil-"), 3)
        training = spec.training
        assert (training.optimizer, training.learning_rate, training.weight_decay) == ("adam", 0.01, 1e-6)
        assert (training.batch, training.step_epochs, training.step_factor) == (128, (20, 30, 35), 0.1)
        assert training.loss.positive_weight == "balanced"
        augment = training.augment
        assert (augment.rotate_degrees, augment.scale, augment.shear, augment.gain) == (30, 0.1, 0.05, 0.02)
        assert (augment.blur, augment.sharpen) == (0.5, 0.5)
    # bounds of the released code hold the published optimum
    optima = {"peaks-of-logits": (0.024, 0.76, 10), "peaks-of-attention": (0.0038, 0.024, 58)}
    for name, optimum in optima.items():
        searches = config.searches["detectors"][name]
        for key, value in zip(("prominence", "threshold", "min_distance"), optimum, strict=True):
            assert searches[key].first <= value <= searches[key].last
    assert config.tuning.strategy == "bayes"


def test_two_patients_in_five_of_paper_002_tune_and_three_are_tested(read):
    scans = pd.DataFrame([(f"p{n}", n % 2) for n in range(100)], columns=["subject", "positive_slices"]).assign(
        scan_label=-1
    )
    config = load_config(read(MIL))
    roles = deal(scans, config.splits["bhx"], config.seed)["role"].value_counts()
    assert roles.to_dict() == {"test": 60, "tune": 40}
    assert dataset_of(config, "bhx") == "cq500"


def test_demo_size_of_paper_002_has_the_same_rows_and_four_more_and_its_printed_values_are_of_them(read, repository):
    paper, demo = load_config(read(MIL)), load_config(read(MIL, MIL_DEMO))
    assert [name for name in demo.methods if name in paper.methods] == list(paper.methods)
    assert {**demo.methods, **paper.methods} == demo.methods
    own = {name: demo.methods[name] for name in demo.methods if name not in paper.methods}
    assert list(own) == ["scan-labels", "scan-labels-kmeans", "mil-max-kmeans", "mil-max-crf-unet3d"]
    assert demo.classifiers[own["scan-labels"].classifier].labels == "scan"
    assert [dataset_of(demo, name) for name in demo.splits] == ["phantom-a", "phantom-b"]
    assert demo.classifiers["mil-max"].training.augment == paper.classifiers["mil-max"].training.augment
    printed = read_printed(repository / paper.report.printed)
    assert set(printed["row"]) <= set(paper.methods)
    f1 = printed[printed["metric"] == "localisation_f1"].set_index("row")["printed_mean"]
    for row, own in printed[printed["table"] == "Table I"].groupby("row"):
        ppv, sensitivity = (own.loc[own["metric"] == name, "printed_mean"].iloc[0] for name in ("ppv", "sensitivity"))
        assert f1[row] == pytest.approx(2 * ppv * sensitivity / (ppv + sensitivity), abs=1e-4)


def test_a_network_of_scan_labels_does_not_go_on_from_one_that_has_seen_labels_of_slices(read):
    change = {"classifiers": {"scan-labels": {"init_from": "mil-max"}}}
    with pytest.raises(ConfigError, match="learns from labels of a scan and that one from those of a slice"):
        load_config(spoilt(read(MIL, MIL_DEMO), change))


LSE, LSE_DEMO = "003_lse_unet.yaml", "003_demo_size.yaml"


def test_the_config_of_paper_003_has_its_numbers(read):
    config = load_config(read(LSE))
    networks = config.classifiers
    assert {name: networks[name].backbone for name in ("rdnet", "resnetrs", "lse")} == {
        "rdnet": "rdnet_tiny.nv_in1k",
        "resnetrs": "resnetrs200.tf_in1k",
        "lse": "rdnet_tiny.nv_in1k",
    }
    for spec in networks.values():
        assert (spec.reach, spec.windows[0].level, spec.windows[0].width) == (1, 25, 130)
    assert (networks["lse"].init_from, networks["lse"].head.r) == ("rdnet", 3)
    losses = {name: spec.training.loss for name, spec in networks.items() if spec.method == "unet"}
    assert losses["lse"].alpha == losses["lse-no-hloss"].alpha == (2, 0.5, 0.25, 0.125)
    assert losses["lse"].beta == (0.5, 0.25, 0.125)
    assert not any(losses["lse-no-hloss"].beta)
    for part in ("alpha", "beta"):
        whole = np.array(getattr(losses["lse"], part))
        np.testing.assert_array_equal(getattr(losses[f"lse-{part}-half"], part), whole / 2)
        np.testing.assert_array_equal(getattr(losses[f"lse-{part}-double"], part), whole * 2)
    levels = config.masks["printed"].levels
    assert [getattr(levels, name) for name in SUBTYPES] == [75, 125, 125, 75, 25]
    assert config.scoring.large_voxels == 3000


def test_demo_size_of_paper_003_changes_sizes_and_not_what_is_compared(read):
    paper, demo = load_config(read(LSE)), load_config(read(LSE, LSE_DEMO))
    assert (demo.methods, demo.masks, demo.tuning) == (paper.methods, paper.masks, paper.tuning)
    assert [spec.training.loss for spec in demo.classifiers.values()] == [
        spec.training.loss for spec in paper.classifiers.values()
    ]
    assert [spec.head for spec in demo.classifiers.values()] == [spec.head for spec in paper.classifiers.values()]


MIXED, MIXED_DEMO = "004_mixed_unet.yaml", "004_demo_size.yaml"


def test_the_config_of_paper_004_has_its_numbers(read):
    config = load_config(read(MIXED))
    assert (config.slices.size, config.splits["cv"].folds, dataset_of(config, "cv")) == (256, 5, "head-ct")
    assert config.splits["cv"].validation_share == pytest.approx(0.2)
    assert {spec.head.pooling for spec in config.classifiers.values()} == {"pair"}
    assert {spec.training.loss.method for spec in config.classifiers.values()} == {"cross_entropy"}
    assert [name for name, spec in config.classifiers.items() if spec.pretrained] == ["resnet50"]
    assert config.saliency["multi-scale"].scales == (0.5, 1, 1.5, 2)
    assert {mask.threshold for mask in config.masks.values()} == {0.7}
    crf = config.masks["crf"]
    assert (crf.gaussian_sxy, crf.bilateral_sxy, crf.bilateral_srgb, crf.bilateral_compat) == (3, 50, 5, 10)
    for segmenter in config.segmenters.values():
        training = segmenter.training
        assert (training.optimizer, training.learning_rate, training.weight_decay) == ("adam", 1e-3, 1e-4)
        assert (training.schedule, training.poly_power, training.warm_up) == ("poly", 0.9, 0)
        assert (training.batch, training.epochs) == (8, 100)
        augment = training.augment
        assert (augment.right_angles, augment.flip, augment.flip_rows, augment.rotate_degrees) == (True, True, True, 25)
        # 0.3 and 0.7 of the deviation of evenly spread grey values
        deviation = 80 / 12**0.5
        assert (augment.least_noise_hu, augment.noise_hu) == (round(0.3 * deviation), round(0.7 * deviation))
    sources = {name: spec.training.loss.cross_entropy for name, spec in config.segmenters.items()}
    assert [name for name, both in sources.items() if both] == ["mixed-unet-crf"]


def test_every_row_that_paper_004_prints_is_one_of_its_config(read, repository):
    config, printed = load_config(read(MIXED)), read_printed(repository / "config" / "papers" / "004_printed.csv")
    assert set(printed["row"]) == set(config.methods)
    assert printed.groupby("table").size().to_dict() == {
        "Table 1": 6,
        "Table 2": 6,
        "Table 3": 15,
        "Table 4": 12,
        "Text, ICH": 3,
    }


def test_the_demo_size_of_paper_004_changes_sizes_and_not_what_is_compared(read):
    paper, demo = load_config(read(MIXED)), load_config(read(MIXED, MIXED_DEMO))
    assert demo.methods == paper.methods
    assert comparison_pairs(demo) == comparison_pairs(paper)
    crf, smaller = paper.masks["crf"], demo.slices.size / paper.slices.size
    # a CRF reaches as much of a picture, whatever its size
    reach = {"gaussian_sxy": round(crf.gaussian_sxy * smaller, 1), "bilateral_sxy": round(crf.bilateral_sxy * smaller)}
    assert demo.masks == paper.masks | {"crf": crf.model_copy(update=reach)}
    assert demo.saliency == paper.saliency
    assert dataset_of(demo, "cv") == "phantom"
    for name, segmenter in demo.segmenters.items():
        own = paper.segmenters[name]
        assert (segmenter.method, segmenter.training.loss) == (own.method, own.training.loss)
        assert segmenter.training.augment == own.training.augment


INFARCT = "004_infarct_mri.yaml"


def test_infarcts_are_compared_as_bleeds_are_but_for_level_and_windows(read):
    mr, ct = load_config(read(MIXED, INFARCT)), load_config(read(MIXED))
    assert mr.methods == ct.methods
    assert (dataset_of(mr, "cv"), mr.datasets["infarcts"].modality) == ("infarcts", "mr")
    assert {mask.threshold for mask in mr.masks.values()} == {0.35}
    whole = [(100, 200)] * 3
    for spec in (*mr.classifiers.values(), *mr.segmenters.values()):
        assert [(window.level, window.width) for window in spec.windows] == whole


def test_infarcts_at_demo_size_are_the_phantoms(read):
    mr, ct = load_config(read(MIXED, INFARCT, MIXED_DEMO)), load_config(read(MIXED, MIXED_DEMO))
    assert (dataset_of(mr, "cv"), mr.datasets["phantom"].modality) == ("phantom", "mr")
    assert mr.datasets["phantom"].subjects == ct.datasets["phantom"].subjects
    trainings = [[spec.training for spec in each.segmenters.values()] for each in (mr, ct)]
    assert trainings[0] == trainings[1]

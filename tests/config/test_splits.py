import copy

import pytest
import yaml
from pydantic import ValidationError
from snakemake.utils import update_config

from bleedmap.config.load import load_config
from bleedmap.config.splits import SplitSpec
from bleedmap.errors import ConfigError
from bleedmap.splits.choices import comparison_pairs, dataset_of, fold_of, folds_to_run, learns, scored

TWO = {
    "datasets": {"a": {"adapter": "phantom"}, "b": {"adapter": "phantom", "seed": 2}},
    "splits": {"a": {}, "b": {"folds": 3, "tune_share": 0.2, "run": [2, 1, 2]}},
    "classifiers": {"net": {"learns": "a"}},
    "saliency": {"cam": {"method": "cam"}},
    "masks": {"threshold": {"method": "threshold"}, "truth": {"method": "truth"}},
    "segmenters": {"unet": {"method": "unet2d", "learns": "b"}},
    "methods": {
        "masks": {"classifier": "net", "saliency": "cam", "mask": "threshold"},
        "unet": {"classifier": "net", "saliency": "cam", "mask": "threshold", "segmenter": "unet"},
        "supervised": {"mask": "truth", "segmenter": "unet", "scored": ["b"]},
    },
}
PICTURES = {"adapter": "png_slices", "root": "pictures"}


def load(change=None, base=TWO):
    values = copy.deepcopy(base)
    update_config(values, change or {})
    return load_config(values)


def test_with_one_split_nobody_needs_to_name_it(repository):
    config = load_config(yaml.safe_load((repository / "config" / "config.yaml").read_text()))
    assert learns(config, "classifiers", "resnet10-lse") == learns(config, "segmenters", "unet3d") == "phantom"
    assert {scored(config, row) for row in config.methods} == {("phantom",)}
    assert dataset_of(config, "phantom") == "phantom"


def test_networks_learn_where_they_say_and_rows_are_scored_wherever_somebody_is_tested():
    config = load()
    assert (learns(config, "classifiers", "net"), learns(config, "segmenters", "unet")) == ("a", "b")
    assert [scored(config, row) for row in config.methods] == [("b",)] * 3
    assert folds_to_run(config.splits["b"]) == (1, 2)
    assert folds_to_run(config.splits["a"]) == (0,)


def test_a_network_of_the_same_split_is_of_the_same_fold_and_one_of_another_of_its_only_fold():
    config = load(
        {"splits": {"a": {"folds": 5, "run": [3]}}, "methods": {"masks": {"scored": "b"}, "unet": {"scored": "b"}}}
    )
    assert fold_of(config, "b", "b", 2) == 2
    assert fold_of(config, "a", "b", 2) == 3


def test_without_comparisons_every_row_is_tested_against_the_one_before_it_where_both_are_scored():
    config = load(
        {
            "splits": {"c": {"dataset": "a", "test_share": 1}},
            "methods": {"masks": {"scored": "b"}, "unet": {"scored": "b"}},
        }
    )
    assert comparison_pairs(config) == (("unet", "masks"), ("supervised", "unet"))
    datasets = {"c": {"adapter": "phantom", "seed": 3}}
    apart = load(
        {
            "datasets": datasets,
            "splits": {"c": {"test_share": 1}},
            "methods": {"masks": {"scored": "c"}, "unet": {"scored": "b"}},
        }
    )
    assert comparison_pairs(apart) == (("supervised", "unet"),)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"classifiers": {"net": {"learns": None}}}, "classifiers.net: several splits have training subjects"),
        ({"classifiers": {"net": {"learns": "aa"}}}, "did you mean 'a'"),
        ({"splits": {"a": {"test_share": 1}}}, "classifiers.net.learns: no 'a' under splits with training subjects"),
        ({"methods": {"masks": {"scored": "a"}}}, "methods.masks.scored: no 'a' under splits with test subjects"),
        ({"methods": {"masks": {"scored": ["b", "c"]}}}, "methods.masks.scored: no 'c'"),
        ({"splits": {"a": {"folds": 2}}, "methods": {"masks": {"scored": "b"}}}, "in several folds of 'a'"),
        ({"splits": {"a": {"dataset": "b", "test_share": 0.5}}}, "the name of another data set"),
        ({"splits": {"c": {"dataset": "a", "test_share": 1}}}, "of the same data"),
        # a classifier that goes on from one whose patients may be tested, or that has several folds
        (
            {
                "splits": {"c": {"dataset": "a", "folds": 2}},
                "classifiers": {"net": {"init_from": "first"}, "first": {"learns": "c"}},
            },
            "classifiers.net learns on split 'a', but classifiers.first learns on 'c' of the same data",
        ),
        (
            {
                "datasets": {"c": {"adapter": "phantom", "seed": 3}},
                "splits": {"c": {"folds": 2}},
                "classifiers": {"net": {"init_from": "first"}, "first": {"learns": "c"}},
            },
            "classifiers.first learns in several folds of 'c'",
        ),
        (
            {
                "splits": {"c": {"dataset": "b", "validation_share": 0.5}},
                "classifiers": {"net": {"init_from": "first"}, "first": {"learns": "c"}},
                "methods": {"masks": {"scored": "b"}},
            },
            "methods.masks is scored on split 'b', but classifiers.first learns on 'c' of the same data",
        ),
        (
            {"splits": {"c": {"dataset": "b", "test_share": 1}}, "methods": {"masks": {"scored": ["b", "c"]}}},
            "two splits of one data set",
        ),
        ({"splits": {"c": {}}}, "splits.c.dataset: no 'c' under datasets"),
        ({"splits": {"c": {"dataset": "bb"}}}, "did you mean 'b'"),
        ({"comparisons": [["unet", "unet"]]}, "compared with itself"),
        ({"comparisons": [["unet", "masc"]]}, "did you mean 'masks'"),
        ({"methods": {"masks": {"mask": "none"}}}, "methods.masks ends in nothing"),
        ({"methods": {"masks": {"detector": "peaks"}}}, "no 'peaks' under detectors"),
        (
            {"detectors": {"peaks": {"method": "local_maxima"}}, "methods": {"masks": {"detector": "peaks"}}},
            "ends in points and in masks",
        ),
        (
            {
                "detectors": {"peaks": {"method": "local_maxima"}},
                "methods": {"masks": {"detector": "peaks", "mask": "none", "saliency": "none"}},
            },
            "detector 'peaks' reads a saliency map",
        ),
        (
            {
                "splits": {"b": {"folds": 1, "run": None, "tune_share": 0, "test_share": 1}},
                "segmenters": {"unet": {"learns": "a"}},
                "masks": {"threshold": {"threshold": {"search": "list", "values": [0.1, 0.2]}}},
            },
            "split 'b' has nobody to choose it on",
        ),
    ],
)
def test_a_fault_is_one_sentence_with_key_and_remedy(change, says):
    with pytest.raises(ConfigError) as caught:
        load(change)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mask_of_a_segmenter_row_is_tuned_where_the_segmenter_learns():
    change = {
        "datasets": {"c": {"adapter": "phantom", "seed": 3}},
        "splits": {"b": {"run": [0]}, "c": {"test_share": 1}},
        "masks": {"threshold": {"threshold": {"search": "list", "values": [0.1, 0.2]}}},
        "methods": {"masks": {"scored": "b"}, "unet": {"scored": "c"}},
    }
    assert scored(load(change), "unet") == ("c",)


def test_a_row_may_end_in_points():
    change = {
        "detectors": {"peaks": {"method": "local_maxima"}},
        "methods": {"points": {"classifier": "net", "saliency": "cam", "detector": "peaks"}},
    }
    assert load(change).methods["points"].mask == "none"


@pytest.mark.parametrize(
    ("family", "name"),
    [
        ("classifiers", "none"),
        ("saliency", "none"),
        ("masks", "none"),
        ("segmenters", "none"),
        ("classifiers", "scores"),
        ("datasets", "logs"),
        ("datasets", "benchmarks"),
        ("splits", "logs"),
    ],
)
def test_a_name_that_means_something_else_in_the_results_is_refused(family, name):
    some = {**TWO[family], name: next(iter(TWO[family].values()))}
    with pytest.raises(ConfigError, match=f"{family}.{name}: the name '{name}' stands for"):
        load_config({**TWO, family: some})


@pytest.mark.parametrize("spec", [PICTURES, {**PICTURES, "adapter": "head_ct_png"}])
def test_a_mask_that_reads_hu_is_refused_where_there_are_none(spec):
    change = {"masks": {"hu": {"method": "hu_threshold"}}, "methods": {"hu": {"mask": "hu"}}}
    base = {**TWO, "datasets": {**TWO["datasets"], "b": spec}}
    with pytest.raises(ConfigError, match=r"masks\.hu reads HU, but datasets\.b has pictures"):
        load(change, base)
    load(base=base)


def test_a_crf_in_mm_is_refused_where_pictures_have_none():
    change = {
        "masks": {"crf": {"method": "dense_crf", "unit": "mm", "gaussian_sxy": 2, "bilateral_sxy": 20}},
        "methods": {"crf": {"classifier": "net", "saliency": "cam", "mask": "crf"}},
    }
    with pytest.raises(ConfigError, match=r"masks\.crf counts mm, but the pictures of datasets\.b have none"):
        load(change, {**TWO, "datasets": {**TWO["datasets"], "b": PICTURES}})
    load(change)


def test_a_segmenter_that_learns_from_seeds_is_refused_masks_without():
    seeding = {"method": "mixed_unet", "training": {"loss": "seeding"}}
    change = {
        "masks": {"crf": {"method": "dense_crf"}},
        "segmenters": {"mixed": {**seeding, "learns": "a"}},
        "methods": {"mixed": {"classifier": "net", "saliency": "cam", "mask": "crf", "segmenter": "mixed"}},
    }
    with pytest.raises(ConfigError, match=r"masks\.crf writes none; give"):
        load(change)
    load({**change, "masks": {"crf": {"method": "dense_crf", "seeds_below": 0.2}}})


def test_one_folder_is_not_learnt_from_and_tested_under_two_names():
    folders = {name: {"adapter": "folder", "root": "scans"} for name in ("a", "b")}
    with pytest.raises(ConfigError, match="learns on 'a' of the same data"):
        load_config({**TWO, "datasets": folders})


def test_bhsd_needs_to_be_excluded_from_the_rsna_data_it_is_made_of():
    datasets = {"a": {"adapter": "rsna2019", "root": "rsna"}, "b": {"adapter": "bhsd", "root": "bhsd"}}
    with pytest.raises(ConfigError, match=r"datasets\.b is made of patients of datasets\.a"):
        load_config({**TWO, "datasets": datasets})
    load_config({**TWO, "datasets": {**datasets, "a": {**datasets["a"], "exclude": ["bhsd"]}}})


@pytest.mark.parametrize(
    ("values", "validation"),
    [
        ({}, 0.1),
        ({"test_share": 0.3}, 0.1),
        ({"test_share": 1}, 0),
        ({"test_share": 0.5, "tune_share": 0.5}, 0),
        ({"folds": 2}, 0.125),
        ({"folds": 2, "tune_share": 0.5}, 0),
        ({"folds": 5}, 0.2),
        ({"folds": 5, "validation_share": 0.1}, 0.1),
    ],
)
def test_who_validates_by_default_is_filled_in(values, validation):
    assert SplitSpec(**values).validation_share == pytest.approx(validation)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"folds": 3, "run": [3]}, r"folds \[3\] of 3"),
        ({"run": []}, "folds none of 1"),
        ({"folds": 3, "test_share": 0.2}, "test every part in turn"),
        ({"folds": 5, "validation_share": 0.5, "tune_share": 0.4}, "add up to more than 1"),
        ({"test_share": 0.8, "validation_share": 0.3}, "add up to more than 1"),
        ({"validation_share": 0}, "subjects are left to train on"),
        ({"folds": 0}, "greater than or equal to 1"),
    ],
)
def test_shares_that_do_not_fit_are_refused(values, says):
    with pytest.raises(ValidationError, match=says):
        SplitSpec(**values)

import copy

import pytest
import yaml

from bleedmap.config.load import load_config
from bleedmap.errors import ConfigError


@pytest.fixture
def demo(repository):
    return yaml.safe_load((repository / "config" / "config.yaml").read_text())


def changed(config, key, value):
    """The config with one dotted key set."""
    result = copy.deepcopy(config)
    *parents, last = key.split(".")
    place = result
    for parent in parents:
        place = place[parent]
    place[last] = value
    return result


def test_the_demo_config_has_its_seven_rows(demo):
    config = load_config(demo)
    assert list(config.methods) == [
        "hu-threshold",
        "cam-threshold",
        "cam-kmeans",
        "cam-crf",
        "cam-kmeans-unet3d",
        "cam-crf-unet3d",
        "unet3d-supervised",
    ]


@pytest.mark.parametrize(
    ("key", "value", "code", "says"),
    [
        (
            "classifiers.resnet10-lse.training.positive_weight",
            "balance",
            "bad-value",
            "a number above 0, balanced, or null",
        ),
        ("classifiers.resnet10-lse.training.loss", "dice_bce", "bad-value", "use bce or focal"),
        ("segmenters.unet3d.training.sampler", "balanced", "bad-value", "foreground_share balances the patches"),
        ("seeed", 3, "unknown-key", "did you mean 'seed'"),
        ("datasets.phantom.subject", 3, "unknown-key", "did you mean 'subjects'"),
        ("masks.crf.bilateral_srbg", 3, "unknown-key", "did you mean 'bilateral_srgb'"),
        ("classifiers.resnet10-lse.head.rr", 3, "unknown-key", "classifiers.resnet10-lse.head.rr"),
        ("segmenters.unet3d.training.epoch", 3, "unknown-key", "did you mean 'epochs'"),
        ("folds.run", [9], "bad-value", "folds [9] of 5"),
        ("masks.crf.method", "dense-crf", "bad-value", "did you mean 'dense_crf'"),
        ("masks.crf.bilateral_srgb", 0.1, "bad-value", "masks.crf.bilateral_srgb = 0.1"),
        ("methods.cam-crf.mask", "crff", "bad-value", "did you mean 'crf'"),
        ("methods.cam-crf.saliency", "none", "bad-value", "reads a saliency map"),
        ("methods.hu-threshold.saliency", "cam", "bad-value", "reads no saliency map"),
        ("methods.unet3d-supervised.segmenter", "none", "bad-value", "truth scored against itself"),
        ("train", "fantom", "bad-value", "did you mean 'phantom'"),
        ("segmenters.unet3d.depth", 7, "bad-value", "not a multiple"),
        ("slices.size", 100, "bad-value", "multiple of 16"),
    ],
)
def test_a_fault_is_one_sentence_with_key_and_remedy(demo, key, value, code, says):
    with pytest.raises(ConfigError) as caught:
        load_config(changed(demo, key, value))
    assert caught.value.code == code
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_key_is_named(demo):
    del demo["train"]
    with pytest.raises(ConfigError, match="no train"):
        load_config(demo)


def test_which_folds_are_run_does_not_change_how_subjects_are_dealt(demo):
    one = load_config(changed(demo, "folds", {"count": 5, "run": [0]}))
    other = load_config(changed(demo, "folds", {"count": 5, "run": [1, 2]}))
    assert one.folds.deal_json() == other.folds.deal_json()

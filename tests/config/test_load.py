import copy

import pytest
import yaml

from bleedmap.config.load import load_config, load_dataset
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
        ("segmenters.unet3d.training.sampler", "balanced", "bad-value", "foreground_share balances the patches"),
        ("seeed", 3, "unknown-key", "did you mean 'seed'"),
        ("datasets.phantom.subject", 3, "unknown-key", "did you mean 'subjects'"),
        ("masks.crf.bilateral_srbg", 3, "unknown-key", "did you mean 'bilateral_srgb'"),
        ("classifiers.resnet10-lse.head.rr", 3, "unknown-key", "classifiers.resnet10-lse.head.rr"),
        ("segmenters.unet3d.training.epoch", 3, "unknown-key", "did you mean 'epochs'"),
        ("splits.phantom.run", [9], "bad-value", "folds [9] of 5"),
        ("masks.crf.method", "dense-crf", "bad-value", "did you mean 'dense_crf'"),
        ("masks.crf.bilateral_srgb", 0.1, "bad-value", "masks.crf.bilateral_srgb = 0.1"),
        ("methods.cam-crf.mask", "crff", "bad-value", "did you mean 'crf'"),
        ("methods.cam-crf.saliency", "none", "bad-value", "reads a saliency map"),
        ("methods.hu-threshold.saliency", "cam", "bad-value", "reads no saliency map"),
        ("methods.unet3d-supervised.segmenter", "none", "bad-value", "truth scored against itself"),
        ("splits.phantom.dataset", "fantom", "bad-value", "did you mean 'phantom'"),
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
    del demo["splits"]
    with pytest.raises(ConfigError, match="no splits"):
        load_config(demo)


@pytest.mark.parametrize(
    ("key", "tag", "valid"),
    [
        ("masks.crf", "method", "dense_crf"),
        ("segmenters.unet3d", "method", "unet3d"),
        ("datasets.phantom", "adapter", "folder"),
        ("classifiers.resnet10-lse.head", "pooling", "lse"),
    ],
)
def test_a_component_that_does_not_say_what_it_is_is_told_what_it_may_be(demo, key, tag, valid):
    with pytest.raises(ConfigError) as caught:
        load_config(changed(demo, key, {}))
    assert caught.value.code == "missing-key"
    assert f"no {key}.{tag}" in str(caught.value)
    assert valid in caught.value.expected


def test_a_data_set_without_an_adapter_is_told_what_it_may_be():
    with pytest.raises(ConfigError, match="no adapter"):
        load_dataset({"root": "scans"})


@pytest.mark.parametrize("key", ["seed", "results", "slices.size"])
def test_a_number_too_long_to_be_written_is_one_sentence(demo, key):
    with pytest.raises(ConfigError, match="a very long number"):
        load_config(changed(demo, key, 16**5000))


def test_the_key_of_a_value_that_may_be_of_two_kinds_is_the_users_own(demo):
    with pytest.raises(ConfigError, match=r"found classifiers\.resnet10-lse\.pretrained = \[1\]"):
        load_config(changed(demo, "classifiers.resnet10-lse.pretrained", [1]))


def test_a_component_that_is_nothing_is_one_sentence(demo):
    with pytest.raises(ConfigError, match=r"masks\.crf = None"):
        load_config(changed(demo, "masks.crf", None))


@pytest.mark.parametrize(
    "results", ["", "a{b}", "a\nb", "a\tb", " a", "a ", "-a", "--a/b", "~/a", "~", "a/$USER", "$HOME/a", "a\x00b"]
)
def test_a_results_folder_that_a_job_would_not_find_is_refused(demo, results):
    with pytest.raises(ConfigError) as refused:
        load_config({**demo, "results": results})
    assert "results" in refused.value.found
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("results", "taken"),
    [
        *(
            (name, name)
            for name in ("a b", "O'Brien", 'a"b', "Köln/übrige", "a*[b]?", "/a/b", "../a", "a;b&c", "a$", "5%")
        ),
        ("./a", "a"),
        ("a/", "a"),
        ("a//b", "a/b"),
    ],
)
def test_any_other_results_folder_is_taken_as_it_is_without_needless_slashes(demo, results, taken):
    assert load_config({**demo, "results": results}).results == taken

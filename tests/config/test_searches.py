import copy

import pytest
import yaml
from snakemake.utils import update_config

from bleedmap.components import read_spec
from bleedmap.config.load import load_config
from bleedmap.config.search_places import AFTER_TRAINING
from bleedmap.config.searches import Search
from bleedmap.errors import ConfigError


def linear(first, last, steps=3):
    return {"search": "linear", "from": first, "to": last, "steps": steps}


@pytest.fixture
def load(repository):
    demo = yaml.safe_load((repository / "config" / "config.yaml").read_text())
    # numbers in the place of its own searches, with which those of the tests would be merged
    demo["masks"]["threshold"]["threshold"], demo["masks"]["crf"]["threshold"] = 0.4, 0.2
    demo["segmenters"]["unet3d"]["min_component_ml"] = 1.5

    def loaded(**families):
        values = copy.deepcopy(demo)
        update_config(values, families)
        return load_config(values)

    return loaded


def test_a_search_leaves_its_first_value_in_the_component(load):
    config = load(
        masks={"crf": {"threshold": linear(0.1, 0.9)}, "kmeans": {"clusters": {"search": "list", "values": [3, 2]}}}
    )
    assert config.masks["crf"].threshold == 0.1
    assert config.masks["kmeans"].clusters == 3
    assert config.masks["threshold"].threshold == 0.4
    assert set(config.searches) == {"masks"}
    assert set(config.searches["masks"]) == {"crf", "kmeans"}
    assert config.searches["masks"]["crf"]["threshold"] == Search.model_validate(linear(0.1, 0.9))


def test_a_key_inside_a_part_of_a_component_is_named_with_dots(load):
    config = load(masks={"kmeans": {"window": {"level": linear(30, 60)}}})
    assert list(config.searches["masks"]["kmeans"]) == ["window.level"]
    assert config.masks["kmeans"].window.level == 30


def test_numbers_of_a_search_are_whole_where_the_key_is(load):
    config = load(masks={"kmeans": {"clusters": linear(2.0, 4.0), "threshold": linear(0, 1, 2) | {"to": 0.5}}})
    found = config.searches["masks"]["kmeans"]
    assert [type(found["clusters"].first), type(found["clusters"].last)] == [int, int]
    assert [type(found["threshold"].first), type(found["threshold"].last)] == [float, float]


def test_a_search_travels_as_json_and_comes_back(load):
    found = load(
        segmenters={"unet3d": {"min_component_ml": {"search": "log", "from": 0.1, "to": 5, "steps": 8}}}
    ).searches
    search = found["segmenters"]["unet3d"]["min_component_ml"]
    assert '"from":0.1' in search.to_json()
    assert Search.from_json(search.to_json()) == search
    assert read_spec(dict[str, Search], f'{{"min_component_ml": {search.to_json()}}}') == {"min_component_ml": search}


@pytest.mark.parametrize(
    ("families", "says"),
    [
        ({"masks": {"crf": {"threshold": linear(0.1, 1.5)}}}, "masks.crf.threshold may not be 1.5"),
        ({"masks": {"crf": {"threshold": linear(0, 0.5)}}}, "masks.crf.threshold = 0"),
        ({"masks": {"crf": {"threshold": linear("low", 0.5)}}}, "masks.crf.threshold"),
        ({"masks": {"hu-threshold": {"low": linear(50, 95)}}}, "masks.hu-threshold.low may not be 95"),
        ({"masks": {"kmeans": {"clusters": linear(2, 2.5)}}}, "masks.kmeans.clusters may not be 2.5"),
        ({"masks": {"crf": {"threshold": {"search": "list", "values": []}}}}, "masks.crf.threshold"),
        ({"masks": {"crf": {"threshold": {"search": "list", "from": 0, "to": 1}}}}, "takes values"),
        ({"masks": {"crf": {"threshold": {"search": "linear", "values": [0.1]}}}}, "takes from, to and steps"),
        ({"masks": {"crf": {"threshold": linear(0.5, 0.5)}}}, "different, finite numbers"),
        ({"masks": {"crf": {"gt_prob": linear(0.6, float("nan"))}}}, "different, finite numbers"),
        ({"masks": {"crf": {"gaussian_compat": {**linear(0, 9), "search": "log"}}}}, "ends above 0"),
        ({"masks": {"crf": {"threshold": {"search": "linear", "form": 0.1}}}}, "did you mean 'from'"),
        ({"masks": {"crf": {"unary": {"search": "list", "values": [1]}}}}, "masks.crf.unary = 1"),
        ({"segmenters": {"unet3d": {"tta_flip": linear(0, 1, 2)}}}, "is no number"),
        ({"segmenters": {"unet3d": {"depth": linear(8, 16, 2)}}}, "every training depends on it"),
        ({"classifiers": {"resnet10-lse": {"training": {"epochs": linear(1, 2, 2)}}}}, "training.epochs"),
        ({"searches": {}}, "no key of a config"),
    ],
)
def test_a_search_that_cannot_be_is_one_sentence_with_its_key(load, families, says):
    with pytest.raises(ConfigError) as caught:
        load(**families)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_may_be_searched_of_a_segmenter_is_what_no_training_depends_on(load):
    from bleedmap.segmenters.training_spec import training_json

    plain = training_json(load().segmenters["unet3d"])
    for key in AFTER_TRAINING:
        searched = load(segmenters={"unet3d": {key: linear(0.1, 0.9)}}).segmenters["unet3d"]
        assert training_json(searched) == plain


def test_a_detector_may_leave_its_numbers_to_a_search(load):
    config = load(
        detectors={"peaks": {"method": "local_maxima", "prominence": linear(0, 1.3), "min_distance": linear(1, 80)}}
    )
    assert config.detectors["peaks"].min_distance == 1
    assert set(config.searches["detectors"]["peaks"]) == {"prominence", "min_distance"}
    with pytest.raises(ConfigError, match="may not be -1"):
        load(detectors={"peaks": {"method": "local_maxima", "threshold": linear(0, -1)}})

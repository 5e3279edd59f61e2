import pytest

from bleedmap.config.load import load_config
from bleedmap.errors import ConfigError

WHOLE = {"level": 100, "width": 200}


def values(**changes):
    """A classifier and a segmenter on the phantom's MRI, through windows for MR; keys may be given otherwise."""
    parts = {
        "datasets": {"mri": {"adapter": "phantom", "modality": "mr"}, "ct": {"adapter": "phantom", "seed": 2}},
        "splits": {"mri": {"folds": 3, "run": [0]}},
        "classifiers": {"net": {"backbone": "test_resnet", "windows": [WHOLE]}},
        "saliency": {"cam": {"method": "cam"}},
        "masks": {"crf": {"method": "dense_crf", "window": WHOLE}, "cut": {"method": "threshold"}},
        "segmenters": {"unet": {"method": "unet2d", "windows": [WHOLE]}},
        "methods": {"row": {"classifier": "net", "saliency": "cam", "mask": "crf", "segmenter": "unet"}},
    }
    return {name: {**part, **changes.get(name, {})} for name, part in parts.items()}


def test_windows_for_mr_can_be_given():
    load_config(values())


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"classifiers": {"net": {"backbone": "test_resnet"}}}, "classifiers.net"),
        ({"segmenters": {"unet": {"method": "unet2d"}}}, "segmenters.unet"),
        ({"masks": {"crf": {"method": "dense_crf"}}}, "masks.crf"),
        ({"masks": {"crf": {"method": "mixed", "otherwise": {"method": "dense_crf"}}}}, "masks.crf"),
    ],
)
def test_mr_is_not_seen_through_a_window_for_hu_that_nobody_chose(changes, place):
    with pytest.raises(ConfigError, match=f"{place} sees MR through the default window"):
        load_config(values(**changes))


def test_what_reads_hu_is_refused_on_mr():
    hu = {"masks": {"hu": {"method": "hu_threshold"}}, "methods": {"row": {"mask": "hu"}}}
    with pytest.raises(ConfigError, match=r"masks\.hu reads HU, but datasets\.mri has MR"):
        load_config(values(**hu))


def test_a_network_that_learnt_on_mr_is_not_scored_on_ct():
    row = {"classifier": "net", "saliency": "cam", "mask": "cut", "scored": "ct"}
    with pytest.raises(ConfigError, match=r"classifiers\.net learns on MR and is scored on CT"):
        load_config(values(splits={"ct": {"test_share": 1}}, methods={"row": row}))


def test_one_series_of_an_mr_study_is_not_chosen_by_a_rule_for_ct(tmp_path):
    folder = {"adapter": "folder", "root": str(tmp_path), "modality": "mr", "series": "one"}
    with pytest.raises(ConfigError, match="series: one chooses by the noise of CT"):
        load_config(values(datasets={"mri": folder}))

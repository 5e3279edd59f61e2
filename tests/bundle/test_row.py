"""A row of a finished run is taken only if its networks, its chosen values and the config belong together."""

import json
from pathlib import Path

import pytest
import yaml

from bleedmap.config.load import load_config
from bleedmap.errors import BundleError
from bleedmap.plan.bundle_row import bundle_files
from bleedmap.predict.of_run import bundle_of_run
from tests.bundle.test_bundle import with_value
from tests.bundles import ROW
from tests.rows import place_networks


@pytest.fixture
def values(repository, tmp_path):
    """The tiny config, as a mapping to be changed, with networks in place."""
    values = yaml.safe_load((repository / "tests" / "workflow" / "tiny.yaml").read_text()) | {"results": str(tmp_path)}
    place_networks(load_config(values), ROW)
    return values


def file_of(values, kind):
    return Path(bundle_files(load_config(values), ROW, "phantom", [0])[kind][0])


def refused(values, code):
    with pytest.raises(BundleError) as caught:
        bundle_of_run(load_config(values), ROW)
    assert caught.value.code == code
    return str(caught.value)


def test_what_belongs_together_is_a_bundle(values):
    bundle = bundle_of_run(load_config(values), ROW)
    assert set(bundle.parts) == {
        "settings.json", "fold-0/classifier.safetensors", "fold-0/operating_point.json", "fold-0/segmenter.safetensors"
    }  # fmt: skip
    assert bundle.digest == bundle_of_run(load_config(values), ROW).digest


def test_where_the_scans_of_the_run_are_gone_a_sentence_names_the_command_that_keeps_what_is_known(values, capsys):
    bundle_of_run(load_config(values), ROW)
    told = capsys.readouterr().err
    assert "training-unknown" in told
    assert f"snakemake --cores all {values['results']}/phantom/bundles/{ROW}.fold-0.zip" in told


@pytest.mark.parametrize("kind", ["classifier", "segmenter"])
def test_one_changed_byte_of_a_model_is_refused(values, kind):
    model = file_of(values, kind)
    content = bytearray(model.read_bytes())
    content[-100] ^= 1
    model.write_bytes(content)
    assert "manifest.json" in refused(values, "changed-network")


def test_weights_that_are_no_numbers_are_refused_even_as_training_wrote_them(values):
    import hashlib

    model = file_of(values, "segmenter")
    model.write_bytes(with_value(model.read_bytes(), float("nan")))
    manifest = model.parent / "manifest.json"
    told = json.loads(manifest.read_text()) | {"weights": hashlib.sha256(model.read_bytes()).hexdigest()}
    manifest.write_text(json.dumps(told))
    assert "not finite" in refused(values, "network-values")


def another_field_of_view(values):
    values["slices"]["field_of_view_mm"] = 100


def another_brain(values):
    values["brain"] = {"method": "convex_hull"}


def an_enhancement(values):
    values["enhancements"] = {"head": {"method": "head_equalised"}}
    values["segmenters"]["unet3d"]["enhancement"] = "head"


def another_window(values):
    values["segmenters"]["unet3d"]["windows"] = [{"level": 50, "width": 100}]


def another_head(values):
    values["classifiers"]["tiny"]["head"] = {"pooling": "lse"}


@pytest.mark.parametrize("change", [another_field_of_view, another_brain, an_enhancement, another_window, another_head])
def test_another_config_is_refused(values, change):
    change(values)
    refused(values, "other-config")


def test_what_acts_after_training_may_be_another(values):
    before = bundle_of_run(load_config(values), ROW).digest
    values["segmenters"]["unet3d"]["threshold"] = 0.7
    assert bundle_of_run(load_config(values), ROW).digest != before


def test_values_that_were_chosen_for_another_component_are_refused(values):
    values["segmenters"]["unet3d"]["threshold"] = {"search": "list", "values": [0.3, 0.5]}
    tuned = file_of(values, "tuned")
    tuned.parent.mkdir(parents=True)
    chosen = load_config(values).segmenters["unet3d"].model_copy(update={"threshold": 0.3})
    tuned.write_text(chosen.to_json())
    bundle_of_run(load_config(values), ROW)
    tuned.write_text(chosen.model_copy(update={"min_component_ml": 2.0}).to_json())
    assert "chosen values" in refused(values, "other-config")

"""What once gave a number without a word, damaged methods and scans of no head: each is refused, or flagged by name."""

import json

import pytest
import yaml
from typer.testing import CliRunner

from bleedmap.bundle.settings import CALIBRATION, STATISTICS
from bleedmap.bundle.store import read_bundle, write_bundle
from bleedmap.cli import application
from bleedmap.errors import BleedmapError
from bleedmap.predict.method import TrainedMethod
from bleedmap.volumes.nifti import write_nifti
from tests.bundle.test_bundle import with_value
from tests.bundles import ROW, known, parts_of
from tests.predict.familiar import made_up


@pytest.fixture(scope="module")
def parts(run_config, tmp_path_factory):
    """Parts of a bundle that knows its training scans and how sure it may be."""
    return parts_of(run_config, tmp_path_factory.mktemp("about"))


@pytest.fixture
def predict(tmp_path):
    """Run the command on a volume with a bundle of some parts; gives how it ended and what the result says."""

    def run(volume, parts, *words):
        scan, out = tmp_path / "roe-jane.nii.gz", tmp_path / "out"
        write_nifti(scan, volume.hu, volume.geometry)
        if parts:
            write_bundle(tmp_path / "bundle.zip", parts)
            words = ("--bundle", tmp_path / "bundle.zip")
        done = CliRunner().invoke(application, ["predict", str(scan), *map(str, words), "--out", str(out)])
        assert "roe" not in done.output
        return done, json.loads((out / "prediction.json").read_text()) if out.exists() else None

    return run


def test_a_plain_head_is_clean_and_told_how_sure_the_method_is(predict, parts, tmp_path):
    done, said = predict(made_up.head(), parts)
    assert (done.exit_code, said["flags"]) == (0, [])
    told = said["certainty"]
    assert 0 < told["probability"] < 1
    assert len(told["slice_probability"]) == said["slices"]
    assert (told["is_uncertain"], told["errors"], told["scans"]) == (False, 1, 9)
    assert told["error_interval"] == pytest.approx([0.0199, 0.4350], abs=1e-3)
    words = "not uncertain; of 9 such validation scans 1 was called wrongly (95 % interval 2 to 44 %)"
    assert words in done.output
    assert words in (tmp_path / "out" / "result.html").read_text()


def test_an_uncertain_scan_is_flagged_with_how_often_such_scans_are_called_wrongly(predict, parts, tmp_path):
    done, said = predict(made_up.head(), parts | known(least_margin=1e9))
    assert (done.exit_code, said["flags"]) == (8, ["uncertain"])
    assert (said["certainty"]["errors"], said["certainty"]["scans"]) == (1, 3)
    assert "flag: uncertain" in done.output
    assert "of 3 such validation scans 1 was called wrongly" in (tmp_path / "out" / "result.html").read_text()


@pytest.mark.parametrize(
    ("volume", "is_known"),
    [
        (made_up.trunk(), True),
        (made_up.water(), True),
        (made_up.water(wall_hu=950), False),
        (made_up.stripped_mr(middle=55), True),
    ],
    ids=["abdomen", "water", "water-in-teflon", "bright-stripped-mr"],
)
def test_what_is_no_head_is_refused_even_by_a_bundle_that_knows_no_training_scan(predict, parts, volume, is_known):
    unknown = {name: content for name, content in parts.items() if name not in (STATISTICS, CALIBRATION)}
    done, said = predict(volume, parts if is_known else unknown)
    assert (done.exit_code, said) == (2, None)
    assert done.output.startswith("bleedmap: [no-head]")
    assert done.output.count("\n") == 1


@pytest.mark.parametrize(
    ("volume", "flags"),
    [(made_up.stripped_mr(middle=30), {"skull-share-low", "bone-share-low"}), (made_up.head(slices=1), {"slices-low"})],
    ids=["stripped-mr", "one-slice"],
)
def test_what_the_training_scans_were_not_like_is_flagged_by_name(predict, parts, volume, flags):
    done, said = predict(volume, parts)
    assert done.exit_code == 8
    assert flags <= set(said["flags"])
    assert all(f"flag: {flag}" in done.output for flag in flags)


def test_a_method_that_knows_no_training_scan_says_so(predict, parts):
    unknown = {name: content for name, content in parts.items() if name not in (STATISTICS, CALIBRATION)}
    done, said = predict(made_up.head(), unknown)
    assert (done.exit_code, said["flags"], said["certainty"]) == (8, ["training-unknown"], None)


def not_finite(parts):
    name = "fold-0/segmenter.safetensors"
    return parts | {name: with_value(parts[name], float("nan"))}, "network-values"


def of_two_classifiers(parts):
    return parts | known(folds=(0, 1)), "bundle-settings"


def no_ranges(parts):
    return parts | {STATISTICS: b"{}"}, "training-statistics"


def no_calibration(parts):
    return parts | {CALIBRATION: b"\xff"}, "calibration"


@pytest.mark.parametrize("spoil", [not_finite, of_two_classifiers, no_ranges, no_calibration])
def test_a_method_whose_parts_cannot_be_used_is_refused_before_any_scan(predict, parts, spoil):
    spoilt, code = spoil(parts)
    refused(*predict(made_up.head(slices=1), spoilt), code)


def test_a_changed_byte_is_refused_before_any_scan(predict, parts, tmp_path):
    file = tmp_path / "changed.zip"
    write_bundle(file, parts)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    refused(*predict(made_up.head(slices=1), None, "--bundle", file), "changed-part")


def test_a_row_with_another_field_of_view_is_refused_before_any_scan(predict, run_config, tmp_path):
    values = json.loads(run_config.model_dump_json())
    values["slices"]["field_of_view_mm"] = 100
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(values))
    words = ("--method", ROW, "--config", tmp_path / "config.yaml")
    refused(*predict(made_up.head(slices=1), None, *words), "other-config")


def refused(done, said, code):
    assert (done.exit_code, said) == (1, None)
    assert isinstance(done.exception, BleedmapError)
    assert done.exception.code == code
    assert "\n" not in str(done.exception)


def test_folds_that_share_a_classifier_count_once(run_config, tmp_path):
    parts = parts_of(run_config, tmp_path, folds=(0, 1), told=known(folds=(0,)))
    parts["fold-1/classifier.safetensors"] = parts["fold-0/classifier.safetensors"]
    write_bundle(tmp_path / "bundle.zip", parts)
    told = TrainedMethod(read_bundle(tmp_path / "bundle.zip"))(made_up.head()).certainty
    write_bundle(tmp_path / "one.zip", parts_of(run_config, tmp_path))
    assert told == TrainedMethod(read_bundle(tmp_path / "one.zip"))(made_up.head()).certainty

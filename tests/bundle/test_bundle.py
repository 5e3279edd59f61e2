"""A bundle is whole and unchanged, or it is refused with one sentence."""

import json
import zipfile

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load, save

from bleedmap.bundle.manifest import FORMAT, KEY, MANIFEST, manifest_of, read_manifest
from bleedmap.bundle.settings import SETTINGS
from bleedmap.bundle.store import read_bundle, write_bundle
from bleedmap.errors import BundleError
from bleedmap.predict.method import TrainedMethod
from tests.bundles import parts_of

PARTS = (
    "README.md", "settings.json", "training.json", "scores.csv", "statistics.json", "calibration.json",
    "fold-0/classifier.safetensors", "fold-0/operating_point.json", "fold-0/segmenter.safetensors", "fold-0/tuned.json",
)  # fmt: skip
NEEDED = tuple(name for name in PARTS if name.startswith("fold") or name == SETTINGS)


def refused(path, code):
    """The sentence with which a bundle, or the method in it, is refused."""
    with pytest.raises(BundleError) as caught:
        TrainedMethod(read_bundle(path))
    assert caught.value.code == code
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert str(path.parent) not in sentence
    return sentence


def test_folder_and_zip_hold_the_same_parts_and_have_one_digest(parts, bundle_folder, tmp_path):
    write_bundle(tmp_path / "bundle.zip", parts)
    folder, archive = read_bundle(bundle_folder), read_bundle(tmp_path / "bundle.zip")
    assert set(folder.parts) == set(PARTS)
    assert folder.parts == archive.parts == parts
    assert folder.digest == archive.digest
    assert len(folder.digest) == 64


def test_equal_parts_give_equal_bytes_and_other_folds_another_digest(run_config, parts, tmp_path):
    again = parts_of(run_config, tmp_path)
    for name, made in (("one", parts), ("two", again)):
        write_bundle(tmp_path / f"{name}.zip", made)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    other = parts_of(run_config, tmp_path, folds=(1,))
    assert json.loads(manifest_of(other))["digest"] != json.loads(manifest_of(parts))["digest"]


@pytest.mark.parametrize("name", [*PARTS, MANIFEST])
def test_a_changed_byte_of_any_part_is_refused(bundle_folder, name):
    content = (bundle_folder / name).read_bytes()
    for place in sorted({0, len(content) // 3, len(content) // 2, len(content) - 1}):
        changed = bytearray(content)
        changed[place] ^= 1
        (bundle_folder / name).write_bytes(changed)
        with pytest.raises(BundleError) as caught:
            read_bundle(bundle_folder)
        assert caught.value.code in (
            {"changed-part", "no-bundle", "newer-bundle"} if name == MANIFEST else {"changed-part"}
        )
        assert name in str(caught.value) or name == MANIFEST


def test_every_byte_of_a_manifest_counts(parts):
    content = manifest_of(parts)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 2
        with pytest.raises(BundleError):
            read_manifest(bytes(changed))


@pytest.mark.parametrize("name", PARTS)
def test_a_missing_part_is_refused_by_name(bundle_folder, name):
    (bundle_folder / name).unlink()
    assert name in refused(bundle_folder, "missing-part")


@pytest.mark.parametrize("name", NEEDED)
def test_a_part_that_the_method_needs_is_missed_even_where_the_manifest_does_not_list_it(parts, tmp_path, name):
    write_bundle(tmp_path / "bundle.zip", {each: data for each, data in parts.items() if each != name})
    assert name in refused(tmp_path / "bundle.zip", "missing-part")


def test_a_file_more_is_refused_unless_it_is_hidden(bundle_folder):
    (bundle_folder / ".gitattributes").write_text("*.safetensors filter=lfs")
    read_bundle(bundle_folder)
    (bundle_folder / "roe-jane.txt").write_text("1")
    assert "roe" not in refused(bundle_folder, "extra-part")


def test_a_part_of_another_fold_is_refused(run_config, bundle_folder, tmp_path):
    other = parts_of(run_config, tmp_path, folds=(1,))
    name = "segmenter.safetensors"
    (bundle_folder / "fold-0" / name).write_bytes(other[f"fold-1/{name}"])
    refused(bundle_folder, "changed-part")


def test_a_newer_format_is_named(bundle_folder):
    file = bundle_folder / MANIFEST
    file.write_text(file.read_text().replace(f'"{KEY}": {FORMAT}', f'"{KEY}": {FORMAT + 1}'))
    assert "install" in refused(bundle_folder, "newer-bundle")


def nothing(folder):
    (folder / MANIFEST).unlink()


def a_list(folder):
    (folder / MANIFEST).write_text("[1, 2]")


def of_training(folder):
    (folder / MANIFEST).write_text('{"spec": {}, "code": "abc"}')


@pytest.mark.parametrize("spoil", [nothing, a_list, of_training])
def test_what_is_no_bundle_is_refused(bundle_folder, spoil):
    spoil(bundle_folder)
    refused(bundle_folder, "no-bundle")


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"no zip"])
def test_a_file_that_is_no_bundle_is_refused(tmp_path, content):
    (tmp_path / "bundle.zip").write_bytes(content)
    refused(tmp_path / "bundle.zip", "no-bundle")


def test_a_damaged_zip_is_refused(parts, tmp_path):
    file = tmp_path / "bundle.zip"
    write_bundle(file, parts)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    refused(file, "changed-part")


def test_two_parts_of_one_name_in_a_zip_are_refused(parts, tmp_path):
    file = tmp_path / "bundle.zip"
    write_bundle(file, parts)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("settings.json", parts["settings.json"])
    refused(file, "changed-part")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["fold-0/classifier.safetensors", "fold-0/segmenter.safetensors"])
def test_a_weight_that_is_no_number_is_refused_though_the_digests_fit(parts, tmp_path, name, value):
    file = tmp_path / "bundle.zip"
    write_bundle(file, parts | {name: with_value(parts[name], value)})
    refused(file, "network-values")


def with_value(network, value):
    """A network file with one value of one tensor replaced."""
    header = json.loads(network[8 : 8 + int.from_bytes(network[:8], "little")])
    weights = load(network)
    first = next(tensor for tensor in weights.values() if tensor.dtype == torch.float32)
    first.view(-1)[0] = value
    return save(weights, metadata=header["__metadata__"])


@pytest.mark.parametrize("content", [b"", b"not safetensors", bytes(8)])
def test_what_is_no_network_is_refused_though_the_digests_fit(parts, tmp_path, content):
    file = tmp_path / "bundle.zip"
    write_bundle(file, parts | {"fold-0/segmenter.safetensors": content})
    refused(file, "network-file")


def with_settings(parts, change):
    settings = json.loads(parts[SETTINGS])
    change(settings)
    return {**parts, SETTINGS: json.dumps(settings).encode()}


def test_a_network_of_another_shape_is_refused_though_the_digests_fit(parts, tmp_path):
    def widen(settings):
        settings["segmenter"]["channels"] = [4, 16]

    write_bundle(tmp_path / "bundle.zip", with_settings(parts, widen))
    assert "a segmenter" in refused(tmp_path / "bundle.zip", "other-config")


def test_settings_of_a_later_version_are_refused(parts, tmp_path):
    write_bundle(tmp_path / "bundle.zip", with_settings(parts, lambda settings: settings["slices"].update(cube=1)))
    assert "slices.cube" in refused(tmp_path / "bundle.zip", "bundle-settings")


def test_a_bundle_that_would_run_a_program_is_refused(parts, tmp_path):
    brain = {"method": "external", "command": f"touch {tmp_path}/ran -i {{ct}} -m {{mask}}"}
    write_bundle(tmp_path / "bundle.zip", with_settings(parts, lambda settings: settings.update(brain=brain)))
    refused(tmp_path / "bundle.zip", "bundle-brain")
    assert not (tmp_path / "ran").exists()


def test_the_card_has_a_yaml_header_its_notice_counts_and_scores(parts):
    _, header, page = parts["README.md"].decode().split("---\n", 2)
    told = yaml.safe_load(header)
    assert told["library_name"] == "bleedmap"
    assert told["model-index"][0]["results"][0]["metrics"] == [{"type": "dice", "value": pytest.approx(0.6)}]
    assert "Research use only" in page.splitlines()[3]
    assert "| phantom | phantom | 3 | 3 | 75 | 9 |" in page
    assert "| phantom | any | dice | 0.60 ± 0.14 | 2 |" in page
    assert "say nothing of patients" in page


def test_the_card_tells_where_the_ranges_come_from_and_what_calibration_did(parts, run_config, tmp_path):
    page = " ".join(parts["README.md"].decode().split())
    assert "They come from 36 training scans of the segmenter `unet3d` (data set phantom, split phantom)" in page
    assert "| brain_ml | 750 | 1400 | 2160 |" in page
    assert "error of 370 slices: 0.028 before, 0.035 after: calibration did not help there." in page
    assert "Negative log likelihood of 370 slices: 0.100 before, 0.090 after." in page
    assert "Of 3 `uncertain` scans, 1 called wrongly" in page
    page = parts_of(run_config, tmp_path, told={})["README.md"].decode()
    assert "every scan is flagged `training-unknown`" in page
    assert "not calibrated" in page


def test_the_summary_of_training_counts_subjects_by_role_and_names_none(parts):
    told = json.loads(parts["training.json"])
    assert told["learners"][0]["subjects"] == {"train": 1, "validation": 1, "tune": 0, "test": 1}
    assert told["datasets"]["phantom"]["slice_mm_lowest_median_highest"] == [4, 5, 6]
    for name in ("p0", "p1", "s1"):
        assert f'"{name}"' not in parts["training.json"].decode()
        assert name not in parts["README.md"].decode()

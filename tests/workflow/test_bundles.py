"""The workflow makes bundles of its rows where it is asked for them, and predicts folders of new scans with them."""

import json

import pandas as pd
import pytest
import yaml

from bleedmap.bundle.store import read_bundle
from bleedmap.config.load import load_config
from bleedmap.predict.of_run import bundle_of_run
from tests.bundles import write_head

pytestmark = pytest.mark.slow

ZIP = "results/phantom/bundles/cam-crf-unet3d.fold-0.zip"


def test_a_row_becomes_a_bundle_that_predicts_a_folder_of_scans(checkout, tmp_path):
    for number in range(3):
        write_head(tmp_path / f"roe-jane-{number}.nii.gz", number)
    (tmp_path / "bad.nii.gz").write_bytes(b"no NIfTI")
    ward = {"root": str(tmp_path), "bundle": ZIP, "shards": 2}
    # folder and shards travel as options of a program, so a folder's name may hold a blank
    asked = ("--config", f"predict={json.dumps({'ward': ward})}", "--", ZIP, "predictions")
    checkout.run(*asked)

    bundle = read_bundle(checkout.folder / ZIP)
    config = load_config(
        yaml.safe_load((checkout.folder / "tiny.yaml").read_text()) | {"results": str(checkout.folder / "results")}
    )
    of_run = bundle_of_run(config, "cam-crf-unet3d")
    # a row of a run knows what the bundle that was made of it knows
    assert {name: bundle.parts[name] for name in of_run.parts} == of_run.parts
    # and so does a row of which none was made
    kept = (checkout.folder / ZIP).rename(tmp_path / "kept.zip")
    assert bundle_of_run(config, "cam-crf-unet3d").digest == of_run.digest
    kept.rename(checkout.folder / ZIP)
    told = [json.loads(of_run.parts[name]) for name in ("statistics.json", "calibration.json")]
    split = pd.read_csv(checkout.folder / "results" / "phantom" / "splits" / "phantom.csv")
    roles = split[split["fold"] == 0]["role"].value_counts()
    assert told[0]["scans"] == roles["train"]
    assert told[1]["certain"]["scans"] + told[1]["uncertain"]["scans"] == roles["validation"]
    scores = pd.read_csv(checkout.folder / "results" / "phantom" / "fold-0" / "scores" / "cam-crf-unet3d.csv")
    dice = scores[(scores["unit"] == "subject") & (scores["metric"] == "dice")]["value"].mean()
    header = yaml.safe_load(bundle.parts["README.md"].decode().split("---\n")[1])
    metrics = header["model-index"][0]["results"][0]["metrics"]
    assert next(each["value"] for each in metrics if each["type"] == "dice") == pytest.approx(dice)

    folder = checkout.folder / "results" / "predicted" / "ward"
    table = pd.concat(pd.read_csv(folder / f"{shard}.scans.csv", dtype=str) for shard in (0, 1))
    assert sorted(table["state"]) == ["found"] * 3 + ["refused"]
    for scan in table.loc[table["state"] == "found", "scan"]:
        assert (folder / scan / "mask.nii.gz").is_file()
    assert "roe" not in table.to_csv()
    assert checkout.planned(*asked) == []


def test_a_new_scan_touches_its_own_shard_and_a_new_network_every_one(checkout, tmp_path):
    write_head(tmp_path / "one.nii.gz", 0)
    ward = {"root": str(tmp_path), "bundle": ZIP, "shards": 3}
    asked = ("--config", f"predict={json.dumps({'ward': ward})}")
    rules = checkout.planned_rules(*asked, "--", "predictions")
    assert rules["predict"] == 3
    rules = checkout.planned_rules(*asked, "-R", "train_segmenter", "--", "predictions")
    assert (rules["bundle"], rules["predict"], rules["segment"]) == (1, 3, 2)


def test_a_fold_that_was_not_run_is_one_sentence(checkout):
    done = checkout.snakemake("--dry-run", "--", ZIP.replace("fold-0", "fold-7"))
    assert done.returncode != 0
    assert "[not-scored]" in done.stdout + done.stderr

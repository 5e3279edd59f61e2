"""What a user can get wrong ends as one sentence, before any job where that is possible."""

import json
import shutil

import pytest
from PIL import Image

pytestmark = pytest.mark.slow

RESULTS = "O'Brien's other Köln runs"  # of pictures.yaml; a folder whose name a shell would take apart


@pytest.fixture(scope="module")
def checkout(tmp_path_factory, checkout_at):
    """A checkout in which nothing has been run."""
    return checkout_at(tmp_path_factory.mktemp("bad-input"))


@pytest.fixture
def pictures(tmp_path):
    """Six pictures of which one cannot be read, with labels that also name one that is not there."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(6):
        Image.new("L", (64, 64), 40 + 10 * number).save(folder / f"{number}.png")
    (folder / "3.png").write_bytes(b"not a picture")
    rows = [f"{number},{number % 2}" for number in (*range(6), 9)]
    (folder / "labels.csv").write_text("id, hemorrhage\n" + "\n".join(rows) + "\n")
    return folder


def options(folder):
    return ("--config", "datasets=" + json.dumps({"pictures": {"root": str(folder), "shards": 2}}))


def one_sentence(done):
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in text
    return text


def test_a_misspelt_key_is_named_with_the_right_one(checkout):
    done = checkout.snakemake("--dry-run", "--config", 'masks={"crf": {"itterations": 3}}')
    assert "did you mean 'iterations'" in one_sentence(done)


def test_a_key_given_twice_is_refused_before_any_job(checkout):
    twice = checkout.folder / "twice.yaml"
    twice.write_text((checkout.folder / "tiny.yaml").read_text() + "seed: 2\n")
    assert "seed" in one_sentence(checkout.snakemake("--dry-run", config="twice.yaml"))


def test_a_threshold_in_hu_on_pictures_is_refused_by_name(checkout, pictures):
    rows = 'methods={"hu": {"mask": "hu"}}'
    masks = 'masks={"hu": {"method": "hu_threshold"}}'
    done = checkout.snakemake("--dry-run", *options(pictures), masks, rows, config="pictures.yaml")
    assert "pictures" in one_sentence(done)


def test_a_folder_that_is_not_there_is_one_sentence(checkout, tmp_path):
    done = checkout.snakemake("--dry-run", *options(tmp_path / "nowhere"), config="pictures.yaml")
    assert "[no-folder]" in one_sentence(done)


def test_a_folder_without_images_is_one_sentence(checkout, tmp_path):
    done = checkout.snakemake("--dry-run", *options(tmp_path), config="pictures.yaml")
    assert "[empty-folder]" in one_sentence(done)


def test_bad_pictures_are_listed_and_the_others_go_on(checkout, pictures):
    checkout.run(*options(pictures), "--", f"{RESULTS}/pictures/scans.csv", config="pictures.yaml")
    refused = (checkout.folder / RESULTS / "pictures" / "rejected.csv").read_text()
    scans = (checkout.folder / RESULTS / "pictures" / "scans.csv").read_text().splitlines()
    assert (checkout.folder / RESULTS / "logs" / "pictures" / "scans.csv.log").is_file()
    assert not [entry for entry in checkout.folder.iterdir() if entry.name in RESULTS.split()]
    assert sorted(line.split(",")[1] for line in refused.splitlines()[1:]) == ["label-slice", "not-a-picture"]
    assert len(scans) == 1 + 5
    assert str(pictures) not in refused
    shutil.rmtree(checkout.folder / RESULTS)


def test_a_class_without_examples_ends_the_training_with_one_sentence(checkout, pictures):
    (pictures / "labels.csv").write_text("id,hemorrhage\n" + "".join(f"{number},0\n" for number in range(6)))
    target = f"{RESULTS}/pictures/fold-0/tiny/model.safetensors"
    done = checkout.snakemake(*options(pictures), "--", target, config="pictures.yaml")
    assert "[empty-class]" in one_sentence(done)
    shutil.rmtree(checkout.folder / RESULTS)

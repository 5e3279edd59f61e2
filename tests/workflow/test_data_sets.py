"""Every adapter's data set through the whole chain, and nothing private in what comes out."""

import gzip
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml

from bleedmap.config.load import load_dataset
from bleedmap.datasets.rsna2019.build_index import build_index
from tests.workflow.planted import write_hospital

pytestmark = pytest.mark.slow

MINIATURES = {
    "rsna2019": "rsna2019",
    "physionet-ct-ich": "physionet_ct_ich",
    "instance2022": "instance2022",
    "cq500-bhx": "cq500_bhx",
    "bhsd": "bhsd",
    "head-ct": "head_ct_png",
}
WITHOUT_TRUTH = {"hospital", "rsna2019", "cq500-bhx"}


@pytest.fixture(scope="module")
def chain(tmp_path_factory, checkout_at, miniature):
    """A finished run over all data sets, and the values planted in one of them."""
    checkout = checkout_at(tmp_path_factory.mktemp("data-sets"))
    hospital = tmp_path_factory.mktemp("saint-elsewhere")
    planted = write_hospital(hospital)
    config = yaml.safe_load(Path(__file__).with_name("data_sets.yaml").read_text())
    datasets = config["datasets"]
    datasets["hospital"] |= {"root": str(hospital / "scans"), "labels": str(hospital / "labels.csv")}
    for name, adapter in MINIATURES.items():
        root = tmp_path_factory.mktemp(adapter) / "copy"
        shutil.copytree(miniature(adapter), root)
        datasets[name]["root"] = str(root)
    cq500 = Path(datasets["cq500-bhx"]["root"])
    datasets["cq500-bhx"] |= {"root": str(cq500 / "cq500"), "boxes": str(cq500 / "bhx")}
    datasets["head-ct"] |= {"groups": "groups.csv", "masks": "masks"}
    datasets["rsna2019"]["exclude"] = [datasets["bhsd"]["root"]]
    build_index(load_dataset(datasets["rsna2019"]))
    (checkout.folder / "data_sets.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    checkout.run(config="data_sets.yaml")
    return checkout.folder / "results", planted | {hospital.as_posix()}


@pytest.mark.parametrize("dataset", ["hospital", *MINIATURES])
def test_every_data_set_is_ingested_and_scored(chain, dataset):
    results, _ = chain
    scans = pd.read_csv(results / dataset / "scans.csv")
    assert len(scans) >= 2
    board = pd.read_csv(results / "leaderboard.csv")
    rows = board[(board["dataset"] == dataset) & (board["method"] == "cam-threshold")].set_index(["unit", "metric"])
    if dataset in WITHOUT_TRUTH:
        assert rows.loc[("slice", "accuracy"), "n"] > 0
    else:
        assert rows.loc[("subject", "dice"), "n"] > 0
    assert (results / dataset / "quality.html").stat().st_size > 10_000


def test_no_patient_of_bhsd_is_among_those_of_rsna(chain):
    results, _ = chain
    subjects = [set(pd.read_csv(results / name / "scans.csv")["subject"]) for name in ("rsna2019", "bhsd")]
    assert subjects[0]
    assert subjects[1]
    assert not subjects[0] & subjects[1]


def test_what_was_refused_is_listed_with_the_reason(chain):
    results, _ = chain
    assert pd.read_csv(results / "hospital" / "rejected.csv")["code"].tolist() == ["truncated"]


def contents(path):
    """Bytes of a file and, where it is packed, of what it holds; with the names of its members."""
    data = path.read_bytes()
    yield data
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                member = archive.read(name)
                yield name.encode()
                yield gzip.decompress(member) if name.endswith(".gz") else member


def test_nothing_private_is_in_results_or_logs(chain):
    results, planted = chain
    secrets = [value.encode() for value in planted]
    logs = results.parent / ".snakemake" / "log"
    files = [file for top in (results, logs) for file in sorted(top.rglob("*")) if file.is_file()]
    public = [file for file in files if "private" not in file.relative_to(results.parent).parts]
    assert len(public) > 50
    leaks = {
        (file.relative_to(results.parent).as_posix(), secret.decode())
        for file in public
        for data in contents(file)
        for secret in secrets
        if secret.lower() in data.lower() or secret.lower() in file.name.lower().encode()
    }
    assert not leaks


def test_the_search_finds_what_is_planted(chain):
    results, planted = chain
    private = b"".join(file.read_bytes() for file in (results / "hospital" / "private").iterdir())
    assert any(secret.encode() in private for secret in planted)


def test_the_private_table_is_for_its_owner_alone(chain):
    results, _ = chain
    assert {file.stat().st_mode & 0o777 for file in (results / "hospital" / "private").iterdir()} == {0o600}

"""Networks and maps in a cache that several checkouts share (``--cache``): what is taken from it, and what is not.

The cache is a folder, or lies in S3-compatible storage. There the server is moto's, from PyPI: it speaks S3 over HTTP
as a thread of the tests, and needs neither a container nor an account.
"""

import re
import shutil

import pytest

from bleedmap.provenance.archive import members, read_member, write_archive

pytestmark = pytest.mark.slow

FOLD = "results/phantom/fold-0/tiny"
CLASSIFIERS = [f"{FOLD}/model.safetensors", f"{FOLD.replace('0', '1')}/model.safetensors"]
SEGMENTER = f"{FOLD}/cam/threshold/phantom/fold-0/unet2d/model.safetensors"
MAPS = f"{FOLD}/cam/phantom/0.zarr.zip"
CACHED = [*CLASSIFIERS, MAPS, SEGMENTER]
TOLD = re.compile(r"Output file (\S+) will be (obtained from|written to) global between-workflow cache")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SNAKEMAKE_OUTPUT_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def first(checkout_at, tmp_path_factory, cache):
    """The checkout that trained what the cache holds."""
    made = checkout_at(tmp_path_factory.mktemp("first"))
    made.run("--cache", "--", CLASSIFIERS[1], SEGMENTER, config="cached.yaml")
    return made


@pytest.fixture
def clone(checkout_at, first, tmp_path):
    """Another clone, where the same data were read and nothing was trained."""
    made = checkout_at(tmp_path)
    left_out = shutil.ignore_patterns("fold-*", "logs", "benchmarks")
    shutil.copytree(first.folder / "results", made.folder / "results", ignore=left_out)
    return made


def taken(checkout):
    """Whether each classifier would come from the cache; of what is made from it no plan knows that."""
    done = checkout.snakemake("--cache", "--dry-run", "--", CLASSIFIERS[1], SEGMENTER, config="cached.yaml")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    told = dict(TOLD.findall(done.stdout + done.stderr))
    return {file: told[file] == "obtained from" for file in CLASSIFIERS}


def trained(checkout):
    """Networks that a job of this checkout trained; Snakemake leaves an empty log of what comes from the cache."""
    names = [f"results/logs/{file.removeprefix('results/')}.log" for file in (*CLASSIFIERS, SEGMENTER)]
    return [name for name in names if (checkout.folder / name).is_file() and (checkout.folder / name).stat().st_size]


def test_a_second_clone_trains_nothing(first, clone, cache):
    def held():
        return {file.name: file.stat().st_mtime_ns for file in cache.iterdir()}

    before = held()
    assert len(trained(first)) == 3
    clone.run("--cache", "--", CLASSIFIERS[1], SEGMENTER, config="cached.yaml")
    assert trained(clone) == []
    assert held() == before  # what a job makes is put there anew
    for file in CACHED:
        assert (clone.folder / file).read_bytes() == (first.folder / file).read_bytes(), file


def test_each_fold_has_a_model_of_its_own(first):
    zero, one = ((first.folder / file).read_bytes() for file in CLASSIFIERS)
    assert zero != one


def test_after_an_edit_of_the_report_still_nothing_is_trained(clone):
    clone.edit("src/bleedmap/report/page.py", "\n\nUNUSED = 1\n")
    assert taken(clone) == dict.fromkeys(CLASSIFIERS, True)
    clone.run("--cache", "--", CLASSIFIERS[1], SEGMENTER, config="cached.yaml")
    assert trained(clone) == []


def test_after_an_edit_of_a_training_module_networks_are_trained_again(clone):
    clone.edit("src/bleedmap/training/engine.py", "\n\nUNUSED = 1\n")
    assert taken(clone) == dict.fromkeys(CLASSIFIERS, False)
    clone.run("--cache", "--", CLASSIFIERS[1], config="cached.yaml")
    assert len(trained(clone)) == 1


def test_other_data_of_the_same_names_and_sizes_are_trained_on_anew(clone):
    store = clone.folder / "results" / "phantom" / "slices" / "0.zarr.zip"
    held = {name: read_member(store, name) for name in members(store)}
    changed = max(held, key=lambda name: len(held[name]))
    held[changed] = held[changed][:-1] + bytes([held[changed][-1] ^ 1])
    size = store.stat().st_size
    with write_archive(store) as archive:
        for name, data in held.items():
            archive.add(name, data)
    assert store.stat().st_size == size
    assert taken(clone) == dict.fromkeys(CLASSIFIERS, False)


@pytest.fixture
def store(monkeypatch):
    """A client of an S3 server with one bucket, ``lab``, which Snakemake finds by the environment."""
    reason = "no S3 server or storage plugin: install the extras s3 and dev"
    pytest.importorskip("snakemake_storage_plugin_s3", reason=reason)
    boto3 = pytest.importorskip("boto3", reason=reason)
    server = pytest.importorskip("moto.server", reason=reason).ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    try:
        server.start()
    except OSError as error:
        pytest.skip(f"no local server can be started: {type(error).__name__}")
    address = "http://{}:{}".format(*server.get_host_and_port())
    settings = {
        "SNAKEMAKE_STORAGE_S3_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": "us-east-1",
        "SNAKEMAKE_OUTPUT_CACHE": "s3://lab/cache",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=address)
    client.create_bucket(Bucket="lab")
    yield client
    server.stop()


def test_a_second_clone_trains_nothing_where_results_and_cache_lie_in_s3(store, first, checkout_at, tmp_path):
    def held(key):
        return store.get_object(Bucket="lab", Key=key)["Body"].read()

    model, logs = CLASSIFIERS[0], []
    for prefix in ("one", "two"):
        for stage in ("phantom", "volumes", "brain", "slices", "splits"):  # none older than what it was made from
            for file in sorted((first.folder / "results" / "phantom" / stage).iterdir()):
                key = f"{prefix}/results/phantom/{stage}/{file.name}"
                store.put_object(Bucket="lab", Key=key, Body=file.read_bytes())
        clone = tmp_path / prefix
        clone.mkdir()
        where = ("--default-storage-provider", "s3", "--default-storage-prefix", f"s3://lab/{prefix}")
        checkout_at(clone).run("--cache", *where, "--", model, config="cached.yaml")
        logs.append(held(f"{prefix}/{model.replace('results', 'results/logs', 1)}.log"))
    assert logs[0]
    assert not logs[1]
    assert held(f"one/{model}") == held(f"two/{model}") == (first.folder / model).read_bytes()
    assert store.list_objects_v2(Bucket="lab", Prefix="cache/")["KeyCount"] == 5

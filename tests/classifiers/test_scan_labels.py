"""Learning from labels of scans alone: bags, pooling over a whole scan, and that labels of slices change nothing."""

import numpy as np
import pytest
import torch

from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.operating_point import OperatingPoints
from bleedmap.classifiers.scan_batches import ScanBatches
from bleedmap.classifiers.scan_classifier import ScanClassifier, highest_logits
from bleedmap.classifiers.train import train_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.training import AugmentSpec, TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.masks.map_inputs import read_inputs
from bleedmap.provenance.atomic import write_text
from bleedmap.slices.store import SliceStore, add_rows, write_store
from bleedmap.slices.training_set import TrainingSet
from bleedmap.splits.roles import Roles
from bleedmap.training.outputs import write_training

SMALL = {"method": "small_resnet", "small_resnet": {"widths": (4, 6, 8)}, "labels": "scan"}
ROLES = Roles({"p0": "validation", "p5": "validation", "p1": "train", "p2": "train", "p3": "train", "p4": "train"})
HEALTHY = ("s4", "s5")
STILL = AugmentSpec(flip=False, rotate_degrees=0, scale=0, shift=0, noise_hu=0, gain=0)


def spec_of(pooling="max", bag=4, batch=8, **change):
    training = TrainingSpec(epochs=1, batch=batch, learning_rate=1e-3, augment=STILL)
    return ClassifierSpec(head={"pooling": pooling}, bag=bag, training=training, **SMALL, **change)


def copy_of(slice_store, path, change):
    """The slice store with other labels of slices; s4 is healthy too."""
    with SliceStore(slice_store) as store:
        attributes = store.attributes
        rows = [[*row[:3], *change(row[3:9]), row[9]] for row in attributes["rows"]]
        scans = {name: dict(entry) for name, entry in attributes["scans"].items()}
        for name in HEALTHY:
            scans[name]["labels"] = [0] * 6
        with write_store(path, {**attributes, "rows": rows, "scans": scans}) as group:
            for array, kind in (("hu", "int16"), ("brain", "uint8"), ("truth", "uint8")):
                add_rows(group, array, len(rows), store.size, kind)[:] = np.asarray(store.group[array])
    return path


@pytest.fixture(scope="module")
def stores(slice_store, tmp_path_factory):
    """The same scans with slice labels as they are, upside down, and unknown."""
    folder = tmp_path_factory.mktemp("stores")
    changes = {"plain": list, "turned": lambda labels: [1 - label for label in labels], "unknown": lambda _: [-1] * 6}
    return {name: copy_of(slice_store, folder / name / "0.zarr.zip", change) for name, change in changes.items()}


@pytest.fixture
def data(stores):
    with TrainingSet([stores["unknown"]]) as opened:
        yield opened


def bags(data, **settings):
    return ScanBatches(data, ROLES.of(data.table["subject"]), spec_of(**settings), seed=1)


def rows_of(data, bag):
    every = torch.from_numpy(data.hu(range(len(data.table))))
    return [int((every - hu).abs().amax(dim=(1, 2)).argmin()) for hu in bag[~bag[:, 0, 0].isnan()]]


def test_a_bag_is_the_slices_of_one_scan_with_its_label(data):
    (hu, targets), *_ = bags(data).validation()
    assert hu.shape == (2, 4, 1, 32, 32)
    assert [rows_of(data, bag[:, 0]) for bag in hu] == [[0, 1, 2, 3], [20, 21, 22, 23]]
    assert targets["labels"].tolist() == [[1], [0]]


def test_of_a_longer_scan_a_slice_of_each_run_comes_and_in_time_every_one(data):
    made = bags(data, bag=2, batch=4)
    (validated, _), *_ = made.validation()
    assert rows_of(data, validated[0, :, 0]) == [1, 3]
    seen = set()
    for epoch in range(6):
        for hu, _ in made.training(epoch):
            for bag in hu:
                first, second = rows_of(data, bag[:, 0])
                assert first // 4 == second // 4
                assert (first % 4 // 2, second % 4 // 2) == (0, 1)
                seen |= {first, second}
    assert seen == set(range(4, 20))


def test_scans_of_one_kind_are_one_sentence(data):
    with pytest.raises(TrainingError, match="3 bleeding among 3 labelled training scans"):
        ScanBatches(data, Roles({"p1": "train", "p2": "train", "p3": "train"}).of(data.table["subject"]), spec_of(), 1)


def network(pooling):
    torch.manual_seed(1)
    return build_classifier(spec_of(pooling)).eval()


def scan(slices):
    return torch.rand((slices, 1, 32, 32), generator=torch.Generator().manual_seed(slices)) * 80


def test_a_scan_bleeds_as_its_highest_place_does_and_padding_is_none():
    model = network("max")
    hu = torch.nn.utils.rnn.pad_sequence([scan(3), scan(5)], batch_first=True, padding_value=torch.nan)
    with torch.no_grad():
        expected = torch.stack([model(scan(slices)).logits.amax(dim=0) for slices in (3, 5)])
        torch.testing.assert_close(ScanClassifier(model).eval()(hu).logits, expected)
        torch.testing.assert_close(highest_logits(model, hu), expected)


def test_attention_over_a_scan_sums_to_1_over_the_places_of_all_its_slices():
    model = network("attention")
    hu = scan(3)
    with torch.no_grad():
        features = model.features(hu)
        gated = model.head.w(model.head.v(features).tanh() * model.head.u(features).sigmoid())[:, 0].double()
        weights = gated.exp() / gated.exp().sum()
        expected = (weights * model(hu).maps[:, 0]).sum() + model.head.bias
        found = ScanClassifier(model).eval()(hu[None]).logits[0]
        # a slice that comes twice counts twice as much, and says the same
        doubled = ScanClassifier(model).eval()(torch.cat([hu, hu])[None]).logits[0]
    torch.testing.assert_close(found.double(), expected.double())
    torch.testing.assert_close(doubled, found)


@pytest.fixture(scope="module", params=["max", "attention"])
def trained(request, stores, tmp_path_factory):
    """Folder of a training on each store."""
    folders = {}
    for name, store in stores.items():
        folder = tmp_path_factory.mktemp(name)
        spec = spec_of(request.param)
        result, points = train_classifier(spec, [store], ROLES, seed=1, threads=1)
        write_training(folder / "model.safetensors", result, spec, code="abc", data=[], seed=1)
        points.write(folder / "operating_point.json")
        folders[name] = folder
    return folders


@pytest.mark.parametrize("other", ["turned", "unknown"])
def test_labels_of_slices_change_nothing(trained, other):
    for file in ("model.safetensors", "operating_point.json", "history.csv"):
        assert (trained["plain"] / file).read_bytes() == (trained[other] / file).read_bytes(), file
    assert OperatingPoints.read(trained[other] / "operating_point.json").by_class["any"].slices == 2


def test_masks_know_of_a_scan_that_it_is_healthy_and_nothing_of_its_slices(trained, stores, tmp_path):
    folder = trained["plain"]
    rows = [f"s{index // 4},p{index // 4},{index % 4},any,{index % 2},0.5" for index in range(24)]
    write_text(tmp_path / "scores.csv", "\n".join(["scan,subject,slice,class,label,score", *rows]) + "\n")
    files = (tmp_path / "maps", folder / "model.safetensors", tmp_path / "scores.csv", folder / "operating_point.json")
    inputs = read_inputs([stores["plain"]], *files)
    labels = inputs.scores.set_index("scan")["label"]
    assert {name: set(own) for name, own in labels.groupby(level=0)} == {
        **{name: {-1} for name in ("s0", "s1", "s2", "s3")},
        **{name: {0} for name in HEALTHY},
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"head": {"pooling": "pair"}}, "head max, attention, lse or gap"),
        ({"context": {}}, "scans are shuffled"),
        ({"training": {"sampler": "balanced"}}, "scans are shuffled"),
    ],
)
def test_a_config_that_cannot_be_meant_says_why(change, says):
    with pytest.raises(ValueError, match=says):
        ClassifierSpec.model_validate({"labels": "scan", **change})
